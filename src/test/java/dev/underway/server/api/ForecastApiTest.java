package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.Contents;
import dev.underway.model.Host;
import dev.underway.model.Kind;
import dev.underway.model.Manifests;
import dev.underway.model.Metadata;
import dev.underway.model.Revision;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetPlan;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.ServerConfig;
import dev.underway.testing.Kubectl;
import dev.underway.testing.Place;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the real kubectl says about a change before and while it is made, with one host that has reported.
@QuarkusTest
@TestProfile(ApiAlone.class)
class ForecastApiTest {
    private final String role = "r" + UUID.randomUUID();
    private final String host = "h-" + role;
    private final Resource.Key hostKey = Resource.Key.of(Kind.HOST, null, host);

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    @Inject
    ResourceStore store;

    private Kubectl kubectl;
    private String namespace;

    @BeforeEach
    void oneHostHasReported() throws Exception {
        kubectl = Place.open(server, config.stateDirectory());
        namespace = kubectl.run("config", "view", "--minify", "-o", "jsonpath={..namespace}")
                .out();
        kubectl.runWith(manifest("1"), "apply", "-f", "-");
        var set = Codec.read(
                store.get(Resource.Key.of(Kind.UNIT_SET, namespace, "web"))
                        .orElseThrow()
                        .body(),
                UnitSet.class);
        var content = Contents.of(set.spec());
        var digest = Contents.digest(content);
        var revision = Contents.revisionName("web", digest);
        var ready = Condition.of("Ready", Condition.Status.True, "Heard", "");
        write(
                hostKey,
                new Host(
                        new Metadata(
                                host, null, null, null, null, null, null, null, Map.of("role", role), null, null, null),
                        null,
                        new Host.Status(null, null, null, null, List.of(ready))));
        write(
                Resource.Key.of(Kind.REVISION, namespace, revision),
                new Revision(Metadata.named(namespace, revision), new Revision.Spec("web", digest, 1, content)));
        write(
                assignmentKey(),
                new Assignment(
                        Metadata.named(namespace, "web." + host),
                        new Assignment.Spec("web", null, host, revision, digest, null, null),
                        new Assignment.Status(
                                1L,
                                revision,
                                null,
                                null,
                                List.of(new Assignment.UnitReport(
                                        "web.service", "active", "running", 1L, "i", true, null, null)),
                                Instant.now())));
        await("the host is known").until(() -> plan(manifest("1")).hosts() == 1);
    }

    @AfterEach
    void theHostIsGone() throws Exception {
        store.write(hostKey, current -> null);
        store.write(assignmentKey(), current -> null);
    }

    private Resource.Key assignmentKey() {
        return Resource.Key.of(Kind.ASSIGNMENT, namespace, "web." + host);
    }

    private void write(Resource.Key key, Object resource) throws Exception {
        var body = Codec.tree(resource);
        body.put("apiVersion", key.kind().apiVersion()).put("kind", key.kind().name());
        store.write(key, current -> body);
    }

    private String manifest(String version) {
        return Manifest.unitSet("web").replace("role: web", "role: " + role).replace("infinity", version);
    }

    /// As JSON, because that is what `kubectl --raw` says that it sends.
    private Kubectl.Said asked(String manifest) throws Exception {
        var path = "/apis/underway.dev/v1alpha1/namespaces/" + namespace + "/unitsets/web/plan";
        var body = manifest.isEmpty()
                ? ""
                : Manifests.read(manifest).getFirst().body().toString();
        return kubectl.runWith(body, "create", "--raw", path, "-f", "-");
    }

    private UnitSetPlan plan(String manifest) throws Exception {
        return Codec.read(Codec.JSON.readTree(asked(manifest).out()), UnitSetPlan.class);
    }

    @Test
    void aDryRunSaysWhatItWouldDo() {
        var said = kubectl.runWith(manifest("2"), "apply", "--dry-run=server", "-f", "-");

        assertThat(said.err())
                .contains(
                        "Warning: forecast: 1 host would restart web.service, connections are DROPPED: ExecStart= /bin/sleep 1 → /bin/sleep 2")
                .contains("Warning: forecast: from reports of hosts up to ");
    }

    @Test
    void anApplyThatChangesTheSpecSaysSoToo() {
        var said = kubectl.runWith(manifest("2"), "apply", "-f", "-");

        assertThat(said.err()).contains("forecast: 1 host would restart web.service");
    }

    @Test
    void aLabelIsNoReasonForAForecast() {
        var said = kubectl.run("label", "unitset", "web", "a=b");

        assertThat(said.err()).doesNotContain("forecast");
    }

    @Test
    void thePlanNamesHostsAndSteps() throws Exception {
        var plan = plan(manifest("2"));

        assertThat(plan.drops()).isTrue();
        assertThat(plan.groups()).singleElement().satisfies(group -> {
            assertThat(group.hosts()).containsExactly(host);
            assertThat(group.steps())
                    .extracting(Assignment.PlannedStep::action)
                    .containsExactly("WriteFile", "DaemonReload", "Restart");
        });
    }

    @Test
    void thePlanOfWhatIsStoredNeedsNoBody() throws Exception {
        var plan = plan("");

        assertThat(plan.unchanged()).isEqualTo(1);
        assertThat(plan.summary()).isEmpty();
    }

    @Test
    void whatWouldBeRefusedHasNoPlan() throws Exception {
        var said = asked(manifest("2").replace("web.service", "web.nonsense"));

        assertThat(said.exit()).isNotZero();
        assertThat(said.err()).contains("spec.units[0].name");
    }

    @Test
    void nothingIsStoredByAPlan() throws Exception {
        var before = kubectl.run("get", "unitset", "web", "-o", "jsonpath={.metadata.resourceVersion}")
                .out();

        plan(manifest("2"));

        assertThat(kubectl.run("get", "unitset", "web", "-o", "jsonpath={.metadata.resourceVersion}")
                        .out())
                .isEqualTo(before);
    }
}
