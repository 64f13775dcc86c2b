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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What `kubectl apply --server-side` of the real kubectl 1.35 does, and what a person reads.
@QuarkusTest
@TestProfile(ApiAlone.class)
class KubectlServerSideApplyTest {
    private static final String WEB = Manifest.unitSet("web");
    private static final String SECOND_UNIT = """
            apiVersion: underway.dev/v1alpha1
            kind: UnitSet
            metadata: {name: web}
            spec:
              units:
              - {name: cron.service, content: "[Service]\\nExecStart=/bin/true\\n"}
            """;

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
    void createsWhatIsNotThere() {
        assertThat(apply(WEB)).isEqualTo("unitset.underway.dev/web serverside-applied\n");
        assertThat(field("{.metadata.generation} {.spec.units[0].name}")).isEqualTo("1 web.service");
        assertThat(owners()).isEqualTo("kubectl/Apply");
    }

    @Test
    void theSameAgainChangesNothing() {
        apply(WEB);
        var before = field("{.metadata}");

        assertThat(apply(WEB)).isEqualTo("unitset.underway.dev/web serverside-applied\n");
        assertThat(field("{.metadata}")).isEqualTo(before);
    }

    @Test
    void anotherValueThanAnOwnersIsAConflict() {
        apply(WEB + "  paused: true\n");

        assertThat(apply(WEB + "  paused: false\n", "--field-manager=gitops")).isEqualTo("""
                error: Apply failed with 1 conflict: conflict with "kubectl": .spec.paused
                Please review the fields above--they currently have other managers. Here
                are the ways you can resolve this warning:
                * If you intend to manage all of these fields, please re-run the apply
                  command with the `--force-conflicts` flag.
                * If you do not intend to manage all of the fields, please edit your
                  manifest to remove references to the fields that should keep their
                  current managers.
                * You may co-own fields by updating your manifest to match the existing
                  value; in this case, you'll become the manager if the other manager(s)
                  stop managing the field (remove it from their configuration).
                See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
                [exit 1]
                """);
        assertThat(field("{.spec.paused}")).isEqualTo("true");
    }

    @Test
    void whatWasEditedBesidesIsAConflictThatNamesTheEditor() {
        apply(WEB + "  paused: true\n");
        kubectl.run("patch", "us", "web", "--type=merge", "-p", "{\"spec\":{\"paused\":false}}");

        assertThat(apply(WEB + "  paused: true\n"))
                .startsWith("error: Apply failed with 1 conflict: conflict with \"kubectl-patch\" using"
                        + " underway.dev/v1alpha1: .spec.paused\n");
    }

    @Test
    void forceTakesTheField() {
        apply(WEB + "  paused: true\n");

        var said = apply(WEB + "  paused: false\n", "--field-manager=gitops", "--force-conflicts");

        assertThat(said).isEqualTo("unitset.underway.dev/web serverside-applied\n");
        assertThat(field("{.spec.paused}")).isEqualTo("false");
        assertThat(owners().split(" ")).containsExactlyInAnyOrder("gitops/Apply", "kubectl/Apply");
        assertThat(kubectl.run("get", "us", "web", "-o", "yaml", "--show-managed-fields")
                        .out())
                .containsOnlyOnce("f:paused");
    }

    @Test
    void whatIsNoLongerSaidGoes() {
        apply(WEB + "  paused: true\n");

        apply(WEB);

        assertThat(field("{.spec.paused}")).isEmpty();
    }

    @Test
    void whatSomebodyElseSaysTooStays() {
        apply(WEB + "  paused: true\n");
        apply(WEB + "  paused: true\n", "--field-manager=gitops");

        apply(WEB);

        assertThat(field("{.spec.paused}")).isEqualTo("true");
    }

    @Test
    void twoOwnersKeepTheirUnitsInOneList() {
        apply(WEB);
        apply(SECOND_UNIT, "--field-manager=cron");
        apply(WEB.replace("infinity", "99"));

        assertThat(field("{.spec.units[*].name}")).isEqualTo("web.service cron.service");
        assertThat(field("{.spec.units[0].content}")).contains("/bin/sleep 99");
        assertThat(apply(SECOND_UNIT.replaceAll("(?m)^  units.*\n.*\n", "  drift: Report\n"), "--field-manager=cron"))
                .isEqualTo("unitset.underway.dev/web serverside-applied\n");
        assertThat(field("{.spec.units[*].name} {.spec.drift}")).isEqualTo("web.service Report");
    }

    @Test
    void dryRunStoresNothing() {
        assertThat(apply(WEB, "--dry-run=server"))
                .isEqualTo("unitset.underway.dev/web serverside-applied (server dry run)\n");
        assertThat(kubectl.run("get", "us").text()).isEqualTo("No resources found in shop namespace.\n");
    }

    @Test
    void diffShowsWhatWouldChange() {
        apply(WEB);

        var said = kubectl.runWith(WEB.replace("infinity", "99"), "diff", "--server-side", "-f", "-");

        assertThat(said.text()).contains("""
                   Type=exec
            -      ExecStart=/bin/sleep infinity
            +      ExecStart=/bin/sleep 99
            """);
        assertThat(said.exit()).isEqualTo(1);
        assertThat(kubectl.runWith(WEB, "diff", "--server-side", "-f", "-").text())
                .isEqualTo("\n");
    }

    @Test
    void unknownFieldsAreNamed() {
        assertThat(apply(WEB.replace("content:", "contnet:"))).isEqualTo("""
                Error from server (BadRequest): failed to create typed patch object (shop/web; underway.dev/v1alpha1, \
                Kind=UnitSet): .spec.units[name="web.service"].contnet: field not declared in schema
                [exit 1]
                """);
    }

    @Test
    void brokenRulesAreNamedAsEverywhere() {
        assertThat(apply(WEB.replace("metadata:", "metadata:\n  finalizers: [\"no good\"]")))
                .startsWith("The UnitSet \"web\" is invalid: metadata.finalizers[0]: ");
    }

    @Test
    void goesOnWhereClientSideApplyLeftOff() {
        kubectl.runWith(WEB + "  paused: true\n", "apply", "-f", "-");

        assertThat(apply(WEB + "  paused: true\n")).isEqualTo("unitset.underway.dev/web serverside-applied\n");
        // By time and then by name: the second of kubectl's two requests may come in the next second.
        assertThat(owners().split(" ")).containsExactlyInAnyOrder("kubectl/Apply", "kubectl-last-applied/Apply");
        var settled = field("{.metadata}");
        apply(WEB + "  paused: true\n");
        assertThat(field("{.metadata}")).isEqualTo(settled);
        apply(WEB);
        assertThat(field("{.spec.paused}")).isEmpty();
    }

    @Test
    void andBackToClientSideApply() {
        kubectl.runWith(WEB, "apply", "-f", "-");
        apply(WEB + "  paused: true\n");

        kubectl.runWith(WEB, "apply", "-f", "-");

        assertThat(field("{.spec.paused}")).isEmpty();
    }

    @Test
    void aNamespaceToo() {
        var name = kubectl.kubeconfig()
                .getFileName()
                .toString()
                .replace("shop", "more")
                .replace(".kubeconfig", "");
        var namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + ", labels: {a: b}}\n";

        assertThat(apply(namespace)).isEqualTo("namespace/" + name + " serverside-applied\n");
        assertThat(apply(namespace.replace("a: b", "a: c"))).isEqualTo("namespace/" + name + " serverside-applied\n");
        assertThat(kubectl.run("get", "ns", name, "-o", "jsonpath={.metadata.labels} {.status.phase}")
                        .out())
                .isEqualTo("{\"a\":\"c\"} Active");
    }

    private String apply(String manifest, String... options) {
        var command = Stream.concat(Stream.of("apply", "--server-side", "-f", "-"), Stream.of(options));
        return kubectl.runWith(manifest, command.toArray(String[]::new)).text();
    }

    private String field(String jsonpath) {
        return kubectl.run("get", "us", "web", "-o", "jsonpath=" + jsonpath).out();
    }

    /// The owners in their order, as `kubectl/Apply`.
    private String owners() {
        return field("{range .metadata.managedFields[*]}{.manager}/{.operation} {end}")
                .strip();
    }
}
