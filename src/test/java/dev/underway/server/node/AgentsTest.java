package dev.underway.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Assignment;
import dev.underway.model.Condition;
import dev.underway.model.Digests;
import dev.underway.model.Kind;
import dev.underway.server.PostgresResource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.Selection;
import dev.underway.server.store.ServerConfig;
import dev.underway.wire.DesiredState;
import dev.underway.wire.Report;
import dev.underway.wire.Wire;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Hosts and what they may hear and say, over TLS with real certificates, against the running server: from a
/// UnitSet to the document of a host and back.
@QuarkusTest
@WithTestResource(PostgresResource.class)
class AgentsTest {
    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Inject
    ResourceStore store;

    @Inject
    ServerConfig config;

    private Site site;
    /// Also the namespace and the role of the hosts: each test is on its own.
    private String shop;

    @BeforeEach
    void site() throws Exception {
        site = new Site(server, store, config);
        shop = Site.name("shop");
    }

    @Test
    void aUnitSetReachesItsHostsAndComesBackAsReady() throws Exception {
        var host = shop + "-a";
        var line = site.join(host, shop);
        apply("web", "hello");

        var document =
                await().until(() -> line.document(host), d -> !d.assignments().isEmpty());
        var entry = document.assignments().getFirst();
        var content = line.get(Wire.revision(entry.digest()));

        assertThat(document.serverUid()).isEqualTo(store.uid());
        assertThat(Digests.sha256(content.bytes())).isEqualTo(entry.digest());
        assertThat(content.json().at("/files/0/content").asText()).isEqualTo("hello");
        assertThat(entry.revision()).isEqualTo("web-" + entry.digest().substring(0, 10));
        await().until(() -> ready("web").path("reason").asText(), "Progressing"::equals);

        assertThat(line.report(host, entry, status(entry, Condition.Status.True))
                        .status())
                .isEqualTo(204);

        await().until(() -> ready("web").path("status").asText(), "True"::equals);
        var status = site.get(Kind.UNIT_SET, shop, "web").path("status");
        assertThat(List.of("hosts", "updated", "synced", "healthy", "failed"))
                .extracting(count -> status.path(count).asInt())
                .containsExactly(1, 1, 1, 1, 0);
        assertThat(status.path("observedGeneration").asInt()).isEqualTo(1);
    }

    @Test
    void aFailedHostIsNamedWithItsReason() throws Exception {
        var host = shop + "-a";
        var line = site.join(host, shop);
        apply("web", "hello");
        var entry = entry(line, host);

        line.report(host, entry, status(entry, Condition.Status.False));

        await().until(() -> ready("web").path("reason").asText(), "RolloutFailed"::equals);
        assertThat(ready("web").path("message").asText()).contains(host, "StartFailed: it exits at once");
    }

    @Test
    void aDeletedUnitSetStaysUntilItsHostIsClean() throws Exception {
        var host = shop + "-a";
        var line = site.join(host, shop);
        apply("web", "hello");
        var serial = await().until(
                        () -> line.document(host), d -> !d.assignments().isEmpty())
                .serial();

        site.delete(Kind.UNIT_SET, shop, "web");

        var buried =
                await().until(() -> line.document(host), d -> !d.tombstones().isEmpty());
        assertThat(buried.assignments()).isEmpty();
        assertThat(buried.tombstones().getFirst().orphan()).isFalse();
        assertThat(site.get(Kind.UNIT_SET, shop, "web").isMissingNode()).isFalse();
        var stone = buried.tombstones().getFirst();
        line.report(host, List.of(), List.of(new Report.Removed(stone.namespace(), stone.unitSet(), stone.uid())));
        await().until(() -> site.get(Kind.UNIT_SET, shop, "web").isMissingNode());
        var clean = await().until(() -> line.document(host), d -> d.tombstones().isEmpty());
        assertThat(buried.serial()).isGreaterThan(serial);
        assertThat(clean.serial()).isGreaterThan(buried.serial());
        assertThat(store.list(Kind.REVISION, Selection.inNamespace(shop))).isEmpty();
    }

    @Test
    void aHostThatLeavesTheSelectorIsToldToForgetUnderOrphan() throws Exception {
        var host = shop + "-a";
        var line = site.join(host, shop);
        site.apply(shop, "web", "hello", ", \"deletionPolicy\": \"Orphan\"");
        entry(line, host);

        site.put(Kind.UNIT_SET, shop, "web", """
            {"selector": {"matchLabels": {"role": "nobody"}}, "deletionPolicy": "Orphan"}\
            """);

        var document =
                await().until(() -> line.document(host), d -> !d.tombstones().isEmpty());
        assertThat(document.tombstones().getFirst().orphan()).isTrue();
        await().until(() -> ready("web").path("reason").asText(), "NoHosts"::equals);
    }

    @Test
    void aReportThatSaysNothingNewWakesNobody() throws Exception {
        var host = shop + "-a";
        var line = site.join(host, shop);
        apply("web", "hello");
        var entry = entry(line, host);
        line.report(host, entry, status(entry, Condition.Status.True));
        await().until(() -> ready("web").path("status").asText(), "True"::equals);
        var before = site.get(Kind.ASSIGNMENT, shop, "web." + host);

        line.report(host, entry, status(entry, Condition.Status.True));

        assertThat(site.get(Kind.ASSIGNMENT, shop, "web." + host)).isEqualTo(before);
    }

    @Test
    void aHostSeesAndSaysNothingOfAnother() throws Exception {
        var mine = shop + "-mine";
        var other = shop + "-other";
        var line = site.join(mine, "none-" + shop);
        var otherLine = site.join(other, shop);
        apply("web", "secret");
        var entry = entry(otherLine, other);

        assertThat(line.desiredState(other, null, 0).word()).isEqualTo("403 Forbidden");
        assertThat(line.report(other, entry, status(entry, Condition.Status.True))
                        .word())
                .isEqualTo("403 Forbidden");
        assertThat(line.get(Wire.revision(entry.digest())).word()).isEqualTo("404 NotFound");
        assertThat(otherLine.get(Wire.revision(entry.digest())).word()).isEqualTo("200");
        assertThat(line.report(mine, entry, status(entry, Condition.Status.True))
                        .status())
                .isEqualTo(204);
        assertThat(site.get(Kind.ASSIGNMENT, shop, "web." + other).has("status"))
                .isFalse();
    }

    @Test
    void aHostSaysNothingOfAnotherWhoseNameEndsInItsOwn() throws Exception {
        var mine = shop;
        var other = "a." + shop;
        var line = site.join(mine, "none-" + shop);
        var otherLine = site.join(other, shop);
        apply("web", "hello");
        var entry = entry(otherLine, other);
        var dotted = new Report.AssignmentReport(
                entry.namespace(), "web.a", entry.uid(), status(entry, Condition.Status.True));

        assertThat(line.report(mine, List.of(dotted), List.of()).word()).isEqualTo("400 BadRequest");

        assertThat(site.get(Kind.ASSIGNMENT, shop, "web." + other).has("status"))
                .isFalse();
        site.delete(Kind.UNIT_SET, shop, "web");
        await().until(
                        () -> otherLine.document(other),
                        document -> !document.tombstones().isEmpty());
        line.report(mine, List.of(), List.of(new Report.Removed(entry.namespace(), "web.a", entry.uid())));
        assertThat(site.get(Kind.ASSIGNMENT, shop, "web." + other).isMissingNode())
                .isFalse();
        otherLine.report(other, List.of(), List.of(new Report.Removed(entry.namespace(), "web", entry.uid())));
        await().until(() -> site.get(Kind.ASSIGNMENT, shop, "web." + other).isMissingNode());
    }

    @Test
    void aCopyOfAMachineGetsNothing() throws Exception {
        var host = shop + "-a";
        var line = site.join(host, shop);
        apply("web", "secret");
        var entry = entry(line, host);

        var copy = line.copiedTo(Site.name("copy"));

        assertThat(copy.desiredState(host, null, 0).word()).isEqualTo("403 MachineMismatch");
        assertThat(copy.get(Wire.revision(entry.digest())).word()).isEqualTo("403 MachineMismatch");
        assertThat(copy.report(host, entry, status(entry, Condition.Status.True))
                        .word())
                .isEqualTo("403 MachineMismatch");
        assertThat(line.get(Wire.revision(entry.digest())).word()).isEqualTo("200");
    }

    @Test
    void aHostMayNotUseThePeoplesApiAndPeopleMayNotSpeakForHosts() throws Exception {
        var host = shop + "-a";
        var line = site.join(host, shop);

        for (var path : List.of(
                "/underway/v1/join-tokens",
                "/apis/underway.dev/v1alpha1/hosts",
                "/apis/underway.dev/v1alpha1/namespaces/" + shop + "/unitsets",
                "/api/v1/namespaces")) {
            assertThat(line.get(path).status()).as(path).isEqualTo(403);
        }
        assertThat(site.admin("GET", Wire.desiredState(host), null).word()).isEqualTo("403 Forbidden");
        assertThat(new Machine.Line(site.machine(), null)
                        .desiredState(host, null, 0)
                        .word())
                .isEqualTo("401 NotEnrolled");
    }

    @Test
    void aDeletedHostIsShutOutAndItsAssignmentsGo() throws Exception {
        var host = shop + "-a";
        var line = site.join(host, shop);
        apply("web", "hello");
        entry(line, host);

        site.delete(Kind.HOST, "", host);

        await().until(() -> line.desiredState(host, null, 0).word(), "401 NotEnrolled"::equals);
        await().until(() -> site.get(Kind.HOST, "", host).isMissingNode());
        await().until(() -> site.get(Kind.ASSIGNMENT, shop, "web." + host).isMissingNode());
        assertThat(site.join(host, shop).desiredState(host, null, 0).word()).isEqualTo("200");
    }

    /// The key of a report goes into a queue that all share, and what it says is read by planners that serve all.
    @Test
    void aReportThatWouldHarmOthersIsRefusedAndTheyAreServed() throws Exception {
        var host = shop + "-a";
        var line = site.join(host, shop);
        apply("web", "hello");
        var entry = entry(line, host);
        var nobody = new Report.AssignmentReport("a\0", "b", "c", status(entry, Condition.Status.True));
        var unexplained = new Assignment.Status(
                entry.generation(),
                entry.revision(),
                List.of(new Condition("Synced", Condition.Status.False, null, null, null, null)),
                null,
                null,
                null);

        assertThat(line.report(host, List.of(nobody), List.of()).word()).isEqualTo("400 BadRequest");
        assertThat(line.report(host, List.of(), List.of(new Report.Removed("a", "b\0", "c")))
                        .word())
                .isEqualTo("400 BadRequest");
        assertThat(line.report(host, entry, unexplained).word()).isEqualTo("400 BadRequest");

        assertThat(line.report(host, entry, status(entry, Condition.Status.True))
                        .status())
                .isEqualTo(204);
        await().until(() -> ready("web").path("status").asText(), "True"::equals);
    }

    @Test
    void aHostThatReportsWithoutPauseIsToldToWait() throws Exception {
        var host = shop + "-a";
        var line = site.join(host, shop);
        var other = shop + "-b";
        var otherLine = site.join(other, shop);

        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> line.report(host, List.of(), List.of()).word(), "429 TooManyRequests"::equals);

        assertThat(otherLine.report(other, List.of(), List.of()).status()).isEqualTo(204);
        await().until(() -> line.report(host, List.of(), List.of()).status(), status -> status == 204);
    }

    @Test
    void oversizedAndMalformedReportsAreRefused() throws Exception {
        var host = shop + "-a";
        var line = site.join(host, shop);

        assertThat(line.post(Wire.report(host), new byte[(1 << 20) + 1]).word()).isEqualTo("413 TooLarge");
        assertThat(line.post(Wire.report(host), "{".getBytes()).word()).isEqualTo("400 BadRequest");
        assertThat(line.desiredState(host, null, 9999).word()).isEqualTo("400 BadRequest");
    }

    @Test
    void aHostThatDoesNotEndItsReportsFillsNoMoreThanItsOwnRoom() throws Exception {
        var host = shop + "-a";
        var line = site.join(host, shop);
        var other = site.join(shop + "-b", shop);
        var reports = Stream.generate(() -> line.announce(Wire.report(host), 1 << 20))
                .limit(2)
                .toList();

        await().until(() -> line.post(Wire.report(host), new byte[128 << 10]).word(), "429 TooManyRequests"::equals);

        assertThat(line.desiredState(host, null, 0).word()).isEqualTo("200");
        assertThat(other.report(shop + "-b", List.of(), List.of()).status()).isEqualTo(204);
        reports.forEach(report -> report.cancel(true));
        await().until(() -> line.post(Wire.report(host), new byte[128 << 10]).word(), "400 BadRequest"::equals);
    }

    private void apply(String name, String content) throws Exception {
        site.apply(shop, name, content, "");
    }

    private static DesiredState.Entry entry(Machine.Line line, String host) {
        return await().until(() -> line.document(host), d -> !d.assignments().isEmpty())
                .assignments()
                .getFirst();
    }

    private JsonNode ready(String name) throws Exception {
        return site.get(Kind.UNIT_SET, shop, name).at("/status/conditions/0");
    }

    private static Assignment.Status status(DesiredState.Entry entry, Condition.Status answer) {
        boolean well = answer == Condition.Status.True;
        return new Assignment.Status(
                entry.generation(),
                entry.revision(),
                List.of(
                        Condition.of("Synced", Condition.Status.True, "AsDesired", "as desired"),
                        Condition.of(
                                "Healthy",
                                answer,
                                well ? "UnitsHealthy" : "StartFailed",
                                well ? "every unit is as it should be" : "it exits at once")),
                List.of(),
                List.of(),
                null);
    }
}
