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

/// What the real kubectl 1.35 makes of resources.
@QuarkusTest
@TestProfile(ApiAlone.class)
class KubectlWritesTest {
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
    void applyCreates() {
        assertThat(apply(WEB)).isEqualTo("unitset.underway.dev/web created\n");
        assertThat(field("{.metadata.generation} {.spec.units[0].name}")).isEqualTo("1 web.service");
    }

    @Test
    void applyOfTheSameChangesNothing() {
        apply(WEB);
        var before = field("{.metadata.resourceVersion}");

        assertThat(apply(WEB)).isEqualTo("unitset.underway.dev/web unchanged\n");
        assertThat(field("{.metadata.resourceVersion}")).isEqualTo(before);
    }

    @Test
    void applyConfiguresAndCountsTheGeneration() {
        apply(WEB);

        assertThat(apply(WEB.replace("infinity", "99"))).isEqualTo("unitset.underway.dev/web configured\n");
        assertThat(field("{.metadata.generation}")).isEqualTo("2");
    }

    @Test
    void applyOfLabelsAloneIsNoNewGeneration() {
        apply(WEB);

        assertThat(apply(WEB.replace("{app: web}", "{app: web, tier: front}")))
                .isEqualTo("unitset.underway.dev/web configured\n");
        assertThat(field("{.metadata.generation} {.metadata.labels.tier}")).isEqualTo("1 front");
    }

    @Test
    void applyRemovesWhatTheManifestNoLongerSays() {
        apply(WEB + "  paused: true\n");

        apply(WEB);

        assertThat(field("{.spec.paused}")).isEmpty();
    }

    @Test
    void applyDryRunAnswersAndStoresNothing() {
        apply(WEB);

        var text = kubectl.runWith(WEB.replace("infinity", "99"), "apply", "--dry-run=server", "-o", "yaml", "-f", "-")
                .text();

        assertThat(text).contains("  generation: 2\n", "      ExecStart=/bin/sleep 99\n");
        assertThat(field("{.metadata.generation}")).isEqualTo("1");
    }

    @Test
    void applyDryRunOfANewObjectGivesItNoResourceVersion() {
        var said = kubectl.runWith(WEB, "apply", "--dry-run=server", "-o", "json", "-f", "-");

        assertThat(said.out()).contains("\"name\": \"web\"").doesNotContain("resourceVersion");
        assertThat(kubectl.run("get", "us").text()).isEqualTo("No resources found in shop namespace.\n");
    }

    @Test
    void diffShowsWhatApplyWouldChange() {
        apply(WEB);

        var text = kubectl.runWith(WEB.replace("infinity", "99"), "diff", "-f", "-")
                .text();

        assertThat(text).contains("""
                -  generation: 1
                +  generation: 2
                """, """
                       Type=exec
                -      ExecStart=/bin/sleep infinity
                +      ExecStart=/bin/sleep 99
                """).endsWith("[exit 1]\n");
    }

    @Test
    void diffOfTheSameIsSilent() {
        apply(WEB);

        assertThat(kubectl.runWith(WEB, "diff", "-f", "-").text()).isEqualTo("\n");
    }

    @Test
    void createRefusesANameThatIsTaken() {
        assertThat(create(WEB)).isEqualTo("unitset.underway.dev/web created\n");
        assertThat(create(WEB)).isEqualTo("""
                Error from server (AlreadyExists): error when creating "STDIN": unitsets.underway.dev "web" already \
                exists
                [exit 1]
                """);
    }

    @Test
    void createWarnsOfWhatIsAllowedButProbablyNotMeant() {
        assertThat(create(WEB.replace("Restart=on-failure", ""))).isEqualTo("""
                unitset.underway.dev/web created
                Warning: web.service: has no Restart= and stays down after a crash; add Restart=on-failure
                """);
    }

    @Test
    void createMakesUpANameFromGenerateName() {
        assertThat(create(WEB.replace("name: web\n", "generateName: web-\n")))
                .matches("unitset.underway.dev/web-[b-z0-9]{5} created\n");
    }

    @Test
    void createRefusesANamespaceThatDoesNotExist() {
        assertThat(kubectl.runWith(WEB, "create", "-n", "nowhere", "-f", "-").text())
                .isEqualTo("""
                Error from server (NotFound): error when creating "STDIN": namespaces "nowhere" not found
                [exit 1]
                """);
    }

    @Test
    void replaceReplaces() {
        create(WEB);

        assertThat(kubectl.runWith(WEB.replace("infinity", "99"), "replace", "-f", "-")
                        .text())
                .isEqualTo("unitset.underway.dev/web replaced\n");
        assertThat(field("{.spec.units[0].content}")).contains("sleep 99");
    }

    @Test
    void replaceRefusesAnObjectThatHasChangedSince() {
        create(WEB);
        var old = kubectl.run("get", "us", "web", "-o", "yaml").out();
        kubectl.run("label", "us", "web", "touched=yes");

        assertThat(kubectl.runWith(old, "replace", "-f", "-").text()).isEqualTo("""
                Error from server (Conflict): error when replacing "STDIN": Operation cannot be fulfilled on \
                unitsets.underway.dev "web": the object has been modified; please apply your changes to the latest \
                version and try again
                [exit 1]
                """);
    }

    @Test
    void replaceForceMakesANewObject() {
        create(WEB);
        var uid = field("{.metadata.uid}");

        assertThat(kubectl.runWith(WEB, "replace", "--force", "-f", "-").text()).isEqualTo("""
                unitset.underway.dev "web" deleted from shop namespace
                unitset.underway.dev/web replaced
                """);
        assertThat(field("{.metadata.uid}")).isNotEqualTo(uid);
    }

    @Test
    void editChangesTheObjectInAnEditor() {
        create(WEB);

        assertThat(kubectl.where("EDITOR", "sed -i s/infinity/99/")
                        .run("edit", "us", "web")
                        .text())
                .isEqualTo("unitset.underway.dev/web edited\n");
        assertThat(field("{.spec.units[0].content}")).contains("sleep 99");
    }

    @Test
    void patchMerges() {
        create(WEB);

        assertThat(patch("merge", "{\"spec\":{\"paused\":true}}")).isEqualTo("unitset.underway.dev/web patched\n");
        assertThat(field("{.spec.paused} {.metadata.generation}")).isEqualTo("true 2");
    }

    @Test
    void patchThatChangesNothingIsNoChange() {
        create(WEB);
        patch("merge", "{\"spec\":{\"paused\":true}}");

        assertThat(patch("merge", "{\"spec\":{\"paused\":true}}"))
                .isEqualTo("unitset.underway.dev/web patched (no change)\n");
        assertThat(field("{.metadata.generation}")).isEqualTo("2");
    }

    @Test
    void patchTakesJsonPatches() {
        create(WEB);

        assertThat(patch("json", """
                [{"op": "test", "path": "/spec/units/0/name", "value": "web.service"},
                 {"op": "add", "path": "/spec/paused", "value": true}]""")).isEqualTo("unitset.underway.dev/web patched\n");
        assertThat(field("{.spec.paused}")).isEqualTo("true");
    }

    @Test
    void patchRefusesAJsonPatchThatDoesNotFit() {
        create(WEB);

        assertThat(patch("json", "[{\"op\":\"remove\",\"path\":\"/spec/nope\"}]"))
                .isEqualTo("""
                The request is invalid: the JSON patch does not fit the object: there is nothing at "/spec/nope"
                [exit 1]
                """);
    }

    @Test
    void patchRefusesAStrategicPatchOfAnOwnKind() {
        create(WEB);

        assertThat(patch("strategic", "{\"spec\":{\"paused\":true}}")).isEqualTo("""
                error: application/strategic-merge-patch+json is not supported by underway.dev/v1alpha1, Kind=UnitSet: \
                the body of the request was in an unknown format (application/strategic-merge-patch+json) - accepted \
                media types include: application/json-patch+json, application/merge-patch+json
                [exit 1]
                """);
    }

    @Test
    void patchRefusesAResourceVersionThatIsNotTheLatest() {
        create(WEB);

        assertThat(patch("merge", "{\"metadata\":{\"resourceVersion\":\"1\"},\"spec\":{\"paused\":true}}"))
                .startsWith("Error from server (Conflict): Operation cannot be fulfilled on unitsets.underway.dev");
    }

    @Test
    void labelsAndAnnotationsAreNoNewGeneration() {
        create(WEB);

        assertThat(kubectl.run("label", "us", "web", "tier=front").text())
                .isEqualTo("unitset.underway.dev/web labeled\n");
        assertThat(kubectl.run("annotate", "us", "web", "note=mine").text())
                .isEqualTo("unitset.underway.dev/web annotated\n");
        assertThat(field("{.metadata.generation} {.metadata.labels.tier} {.metadata.annotations.note}"))
                .isEqualTo("1 front mine");
    }

    @Test
    void theMainPathIgnoresStatusAndTheStatusPathIgnoresTheRest() {
        create(WEB + "status: {hosts: 7}\n");
        patch("merge", "{\"status\":{\"hosts\":7}}");
        assertThat(field("{.status}")).isEmpty();

        kubectl.run(
                "patch",
                "us",
                "web",
                "--subresource=status",
                "--type=merge",
                "-p",
                "{\"status\":{\"hosts\":3},\"spec\":{\"paused\":true},\"metadata\":{\"labels\":{\"x\":\"y\"}}}");

        assertThat(field("{.status.hosts} {.spec.paused} {.metadata.labels.x} {.metadata.generation}"))
                .isEqualTo("3   1");
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
