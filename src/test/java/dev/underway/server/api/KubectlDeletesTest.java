package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.server.store.ServerConfig;
import dev.underway.testing.Kubectl;
import dev.underway.testing.Place;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Deletions with the real kubectl 1.35, and namespaces, which take what is in them along.
@QuarkusTest
@TestProfile(ApiAlone.class)
class KubectlDeletesTest {
    private static final String WEB = Manifest.unitSet("web");

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private Kubectl kubectl;

    @BeforeEach
    void open() {
        kubectl = Place.open(server, config.stateDirectory());
    }

    @Test
    void deleteDeletesAndWaits() {
        create(WEB);

        assertThat(kubectl.run("delete", "us", "web").text())
                .isEqualTo("unitset.underway.dev \"web\" deleted from shop namespace\n");
        assertThat(kubectl.run("delete", "us", "web").text()).isEqualTo("""
            Error from server (NotFound): unitsets.underway.dev "web" not found
            [exit 1]
            """);
    }

    @Test
    void deleteDryRunDeletesNothing() {
        create(WEB);

        assertThat(kubectl.run("delete", "us", "web", "--dry-run=server").text())
                .isEqualTo("unitset.underway.dev \"web\" deleted from shop namespace (server dry run)\n");
        assertThat(field("{.metadata.name}")).isEqualTo("web");
    }

    @Test
    void deleteBySelectorLeavesTheRest() {
        create(WEB);
        create(Manifest.unitSet("db"));

        assertThat(kubectl.run("delete", "us", "-l", "app=db").text())
                .isEqualTo("unitset.underway.dev \"db\" deleted from shop namespace\n");
        assertThat(kubectl.run("get", "us", "-o", "name").text()).isEqualTo("unitset.underway.dev/web\n");
    }

    @Test
    void deleteOfACollectionAnswersWhatItDeleted() {
        create(WEB);
        create(Manifest.unitSet("db"));
        var namespace = kubectl.run("config", "view", "--minify", "-o", "jsonpath={..namespace}")
                .out();

        var said = kubectl.run(
                "delete",
                "--raw",
                "/apis/underway.dev/v1alpha1/namespaces/" + namespace + "/unitsets?labelSelector=app%3Ddb");

        assertThat(said.out())
                .contains("\"kind\":\"UnitSetList\"", "\"name\":\"db\"")
                .doesNotContain("\"name\":\"web\"");
        assertThat(kubectl.run("get", "us", "-o", "name").text()).isEqualTo("unitset.underway.dev/web\n");
    }

    @Test
    void namespacesAreCreatedLabelledAppliedAndDeleted() {
        assertThat(kubectl.run("create", "ns", "made-here").text()).isEqualTo("namespace/made-here created\n");
        assertThat(kubectl.run("label", "ns", "made-here", "a=b").text()).isEqualTo("namespace/made-here labeled\n");
        assertThat(kubectl.run("get", "ns", "made-here", "--show-labels").text())
                .isEqualTo("""
                    NAME   STATUS   AGE   LABELS
                    made-here   Active   AGE   a=b
                    """);
        assertThat(kubectl.run("delete", "ns", "made-here").text()).isEqualTo("namespace \"made-here\" deleted\n");
    }

    @Test
    void applyConfiguresANamespaceByTheStrategicPatchThatKubectlSends() {
        var manifest = "apiVersion: v1\nkind: Namespace\nmetadata: {name: applied-here, labels: {a: b}}\n";
        assertThat(apply(manifest)).isEqualTo("namespace/applied-here created\n");

        assertThat(apply(manifest.replace("a: b", "a: c"))).isEqualTo("namespace/applied-here configured\n");
        assertThat(kubectl.run("get", "ns", "applied-here", "-o", "jsonpath={.metadata.labels.a}")
                        .out())
                .isEqualTo("c");
    }

    @Test
    void deletingANamespaceDeletesWhatIsInIt() {
        kubectl.run("create", "ns", "emptied");
        kubectl.runWith(WEB, "-n", "emptied", "create", "-f", "-");

        assertThat(kubectl.run("delete", "ns", "emptied").text()).isEqualTo("namespace \"emptied\" deleted\n");
        assertThat(kubectl.run("-n", "emptied", "get", "us").text())
                .isEqualTo("No resources found in emptied namespace.\n");
    }

    @Test
    void aNamespaceThatIsGoingTakesNothingNew() {
        kubectl.run("create", "ns", "going");
        kubectl.runWith(WEB, "-n", "going", "create", "-f", "-");
        hold("going", "[\"example.com/hold\"]");
        kubectl.run("delete", "ns", "going", "--wait=false");

        var said = kubectl.runWith(Manifest.unitSet("late"), "-n", "going", "create", "-f", "-");

        assertThat(said.text()).isEqualTo("""
            Error from server (Forbidden): error when creating "STDIN": unitsets.underway.dev is forbidden: unable \
            to create new content in namespace going because it is being terminated
            [exit 1]
            """);
        assertThat(kubectl.run("get", "ns", "going").text()).contains("Terminating");
        hold("going", "null");
        assertThat(kubectl.run("wait", "ns", "going", "--for=delete").exit()).isZero();
    }

    private void hold(String namespace, String finalizers) {
        var said = kubectl.run(
                "-n",
                namespace,
                "patch",
                "us",
                "web",
                "--type=merge",
                "-p",
                "{\"metadata\":{\"finalizers\":" + finalizers + "}}");
        assertThat(said.exit()).as(said.err()).isZero();
    }

    private String apply(String manifest) {
        return kubectl.runWith(manifest, "apply", "-f", "-").text();
    }

    private String create(String manifest) {
        return kubectl.runWith(manifest, "create", "-f", "-").text();
    }

    private String patch(String type, String patch) {
        return kubectl.run("patch", "us", "web", "--type=" + type, "-p", patch).text();
    }

    private String field(String jsonpath) {
        return kubectl.run("get", "us", "web", "-o", "jsonpath=" + jsonpath).out();
    }
}
