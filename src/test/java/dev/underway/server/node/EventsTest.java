package dev.underway.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.model.Assignment;
import dev.underway.model.Assignment.PlannedStep;
import dev.underway.model.Condition;
import dev.underway.model.Kind;
import dev.underway.server.PostgresResource;
import dev.underway.server.store.Forgetting;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.Selection;
import dev.underway.server.store.ServerConfig;
import dev.underway.testing.Kubectl;
import dev.underway.testing.Place;
import dev.underway.wire.DesiredState;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What happened to a set on a host, as the real kubectl 1.35 tells it: from the UnitSet to the agent's report.
@QuarkusTest
@WithTestResource(PostgresResource.class)
class EventsTest {
    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Inject
    ResourceStore store;

    @Inject
    ServerConfig config;

    @Inject
    Forgetting forgetting;

    private Site site;
    private Kubectl kubectl;
    private String shop;
    private String host;
    private Machine.Line line;

    @BeforeEach
    void oneHostThatHasRunOneSet() throws Exception {
        site = new Site(server, store, config);
        kubectl = Place.open(server, config.stateDirectory());
        shop = kubectl.run("config", "view", "--minify", "-o", "jsonpath={..namespace}")
                .out();
        host = shop + "-a";
        line = site.join(host, shop);
        site.apply(shop, "web", "hello", "");
        await().until(() -> line.document(host).assignments().size() == 1);
    }

    @Test
    void describeTellsTheStoryOfAnAssignment() throws Exception {
        report("Environment= changed");

        await().until(
                        () -> eventsOf("assignment/web." + host),
                        text -> text.contains("UnitsHealthy") || text.contains("Healthy"));
        var text = kubectl.run("describe", "asn", "web." + host).text();

        assertThat(text)
                .contains("Because:   Environment= changed")
                .contains("\nEvents:\n")
                .containsPattern(
                        "Normal {3}Assigned {3}AGE {3}underway-server {3}" + shopHost() + " is told to run web-")
                .containsPattern("Normal {3}Swapped {3}AGE {3}underway-agent {3}Swap web.service: Environment= changed")
                .containsPattern("Normal {3}Synced {3}AGE {3}underway-agent {3}runs web-")
                .containsPattern("Normal {3}Healthy {3}AGE {3}underway-agent {3}all well");
    }

    @Test
    void eventsOfASetAndOfAHostAreFound() {
        await().until(() -> eventsOf("unitset/web"), text -> text.contains("Assigned"));
        await().until(
                        () -> kubectl.run("events", "-n", "default", "--for", "host/" + host)
                                .text(),
                        text -> text.contains("Joined"));

        assertThat(eventsOf("unitset/web")).contains("RevisionMade", "UnitSet/web", "Assigned", "Progressing");
        assertThat(kubectl.run("describe", "host", host).text())
                .containsPattern("Normal {3}Joined {3}AGE {3}underway-server {3}a machine has joined");
    }

    @Test
    void theSameAgainIsCounted() throws Exception {
        report("Environment= changed");
        await().until(() -> eventsOf("assignment/web." + host), text -> text.contains("Healthy"));
        report("another reason");
        await().until(() -> eventsOf("assignment/web." + host), text -> text.contains("another reason"));

        report("Environment= changed");

        await().until(() -> counts("reason=Swapped"), counts -> counts.equals("1 2") || counts.equals("2 1"));
    }

    @Test
    void anUnchangedReportTellsNothing() throws Exception {
        report("Environment= changed");
        await().until(() -> eventsOf("assignment/web." + host), text -> text.contains("Healthy"));
        await().until(
                        () -> eventsOf("unitset/web"),
                        text -> text.contains("RolloutComplete") && text.contains("HostsReady"));
        var before = store.list(Kind.EVENT, Selection.inNamespace(shop));

        report("Environment= changed");
        Thread.sleep(2500);

        assertThat(store.list(Kind.EVENT, Selection.inNamespace(shop))).isEqualTo(before);
    }

    @Test
    void eventsGoWhenTheyHaveNotHappenedAgain() throws Exception {
        await().until(() -> eventsOf("unitset/web"), text -> text.contains("Assigned"));

        // Some may come later than the one that was waited for.
        await().until(
                        () -> {
                            forgetting.forgetEvents();
                            return kubectl.run("get", "events").text();
                        },
                        "No resources found in shop namespace.\n"::equals);
    }

    @Test
    void aNamespaceThatGoesIsNotKeptByItsEvents() throws Exception {
        kubectl.run("delete", "host", host, "--wait=false");

        assertThat(kubectl.run("delete", "ns", shop).exit()).isZero();
        Thread.sleep(2500);

        assertThat(store.list(Kind.EVENT, Selection.inNamespace(shop))).isEmpty();
    }

    private void report(String because) throws Exception {
        DesiredState.Entry entry = line.document(host).assignments().getFirst();
        var status = new Assignment.Status(
                entry.generation(),
                entry.revision(),
                List.of(
                        Condition.of("Synced", Condition.Status.True, "AsDesired", "as desired"),
                        Condition.of("Healthy", Condition.Status.True, "UnitsHealthy", "all well")),
                List.of(new PlannedStep("Swap", "web.service", because, "queued", "Done", null)),
                null,
                null);
        assertThat(line.report(host, entry, status).status()).isEqualTo(204);
    }

    private String eventsOf(String what) {
        return kubectl.run("events", "--for", what).text();
    }

    private String counts(String selector) {
        return kubectl.run("get", "events", "--field-selector", selector, "-o", "jsonpath={.items[*].count}")
                .out();
    }

    /// Transcripts replace the number of the namespace.
    private String shopHost() {
        return host.replaceAll("shop-\\d+", "shop");
    }
}
