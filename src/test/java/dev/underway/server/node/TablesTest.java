package dev.underway.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.model.Assignment;
import dev.underway.model.Assignment.PlannedStep;
import dev.underway.model.Condition;
import dev.underway.server.PostgresResource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.ServerConfig;
import dev.underway.testing.Kubectl;
import dev.underway.testing.Place;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What `kubectl get` of the real kubectl 1.35 answers to the questions of every day, over a fleet of two hosts: on `a`
/// all is well, and on `b` the set failed.
@QuarkusTest
@WithTestResource(PostgresResource.class)
class TablesTest {
    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Inject
    ResourceStore store;

    @Inject
    ServerConfig config;

    private Kubectl kubectl;
    private String shop;
    private String revision;

    @BeforeEach
    void aFleet() throws Exception {
        var site = new Site(server, store, config);
        kubectl = Place.open(server, config.stateDirectory());
        shop = kubectl.run("config", "view", "--minify", "-o", "jsonpath={..namespace}")
                .out();
        var a = site.join(shop + "-a", shop);
        var b = site.join(shop + "-b", shop);
        site.apply(shop, "web", "hello", "");
        report(a, shop + "-a", Condition.Status.True, "UnitsHealthy", "queued");
        report(b, shop + "-b", Condition.Status.False, "StartFailed", "dropped");
        await().until(() -> get("us", "web"), text -> text.contains("RolloutFailed"));
    }

    private void report(Machine.Line line, String host, Condition.Status healthy, String reason, String disruption)
            throws Exception {
        var entry = await().until(
                        () -> line.document(host), d -> !d.assignments().isEmpty())
                .assignments()
                .getFirst();
        revision = entry.revision();
        var status = new Assignment.Status(
                entry.generation(),
                entry.revision(),
                List.of(
                        Condition.of("Synced", Condition.Status.True, "AsDesired", "as desired"),
                        Condition.of("Healthy", healthy, reason, "so it is")),
                List.of(
                        new PlannedStep("WriteFile", null, "/etc/web.conf differs", "none", "Done", null),
                        new PlannedStep("Restart", "web.service", "the file differs", disruption, "Done", null)),
                null,
                null);
        assertThat(line.report(host, entry, status).status()).isEqualTo(204);
    }

    @Test
    void howDoTheSetsDo() {
        assertThat(get("unitsets")).isEqualTo("""
            NAME   REVISION   HOSTS   UPDATED   SYNCED   HEALTHY   FAILED   READY   REASON   AGE
            web   %s   2   2   2   1   1   False   RolloutFailed   AGE
            """.formatted(revision));
    }

    @Test
    void howIsASetOnEachHost() {
        assertThat(get("asn")).isEqualTo("""
            NAME   HOST   UNITSET   REVISION   SYNCED   HEALTHY   REASON   LAST   AGE
            web.shop-a   shop-a   web   REVISION   True   True   UnitsHealthy   Restart web.service (queued)   AGE
            web.shop-b   shop-b   web   REVISION   True   False   StartFailed   Restart web.service (dropped)   AGE
            """.replace("REVISION   True", revision + "   True"));
        assertThat(get("asn", "-o", "wide")).contains("PLAN   REPORTED", "WriteFile; Restart web.service   AGE");
    }

    @Test
    void whereDidItFail() {
        assertThat(names("asn", "status.reason=StartFailed")).isEqualTo("web." + shop + "-b");
        assertThat(names("asn", "status.healthy=True")).isEqualTo("web." + shop + "-a");
        assertThat(names("asn", "status.synced!=True")).isEmpty();
        assertThat(names("us", "status.ready=False,status.reason=RolloutFailed")).isEqualTo("web");
    }

    @Test
    void whatRunsWhere() {
        assertThat(names("asn", "spec.host=" + shop + "-a")).isEqualTo("web." + shop + "-a");
        assertThat(names("asn", "spec.unitSet=web,spec.revision=" + revision))
                .isEqualTo("web." + shop + "-a web." + shop + "-b");
        assertThat(names("rev", "spec.unitSet=web")).isEqualTo(revision);
        assertThat(names("rev", "spec.unitSet=db")).isEmpty();
    }

    @Test
    void howAreTheHosts() {
        var until = Instant.now().plusSeconds(3600);
        kubectl.run(
                "patch",
                "host",
                shop + "-b",
                "--type=merge",
                "-p",
                "{\"spec\": {\"cordoned\": true, \"hold\": {\"reason\": \"disk\", \"until\": \"" + until + "\"}}}");

        await().until(
                        () -> get("hosts", "-l", "role=" + shop),
                        text -> text.contains("shop-b   True,Cordoned   disk   1/1"));

        assertThat(get("hosts", "-l", "role=" + shop)).isEqualTo("""
            NAME   READY   HELD   SYNCED   AGENT   LAST SEEN   AGE
            shop-a   True   1/1   AGE   AGE
            shop-b   True,Cordoned   disk   1/1   AGE   AGE
            """);
        assertThat(names("hosts", "spec.cordoned=true,metadata.name=" + shop + "-b"))
                .isEqualTo(shop + "-b");
    }

    @Test
    void whichRevisionsAreThere() {
        assertThat(get("revisions", "-o", "wide")).startsWith("""
            NAME   UNITSET   NUMBER   AGE   UNITS   FILES   ARTIFACTS   DIGEST
            %s   web   1   AGE   0   1   0   %s""".formatted(revision, revision.substring(4)));
    }

    @Test
    void aChangeOfAHostInAWatchShowsTheSame() {
        try (var watch = kubectl.start("get", "host", shop + "-a", "-w")) {
            await().until(watch::text, text -> text.contains("shop-a"));

            kubectl.run("label", "host", shop + "-a", "x=y");

            await().until(
                            () -> watch.text().lines().toList(),
                            lines -> lines.size() == 3 && lines.getLast().startsWith("shop-a   True   1/1"));
        }
    }

    private String get(String... what) {
        var arguments = new ArrayList<>(List.of("get"));
        arguments.addAll(List.of(what));
        return kubectl.run(arguments.toArray(String[]::new)).text();
    }

    private String names(String kind, String selector) {
        return kubectl.run("get", kind, "--field-selector", selector, "-o", "jsonpath={.items[*].metadata.name}")
                .out();
    }
}
