package dev.underway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.agent.fetch.Document;
import dev.underway.agent.fetch.Enroller;
import dev.underway.agent.fetch.FetchFailed;
import dev.underway.agent.fetch.Identity;
import dev.underway.agent.fetch.JoinToken;
import dev.underway.agent.fetch.ServerClient;
import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import dev.underway.model.Digests;
import dev.underway.testing.ApiClient;
import dev.underway.testing.Link;
import dev.underway.testing.bench.AgentReports;
import dev.underway.testing.watch.Traffic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two packaged servers on one PostgreSQL, each with a state directory of its own, met by the agent's own client.
@Tag("e2e")
class ReplicasTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration ARRIVAL = Duration.ofSeconds(5);
    private static final int TIMES = "all".equals(System.getProperty("underway.traffic")) ? 400 : 25;

    private static final String ROLL = "/apis/underway.dev/v1alpha1/namespaces/default/unitsets/roll";

    @TempDir
    static Path directory;

    private static EmbeddedPostgres postgres;
    private static Link link;
    private static Replica here;
    private static Replica there;

    @BeforeAll
    static void start() throws Exception {
        postgres = startPostgres();
        link = new Link(postgres.port());
        var database = Map.of(
                "UNDERWAY_DATABASE_URL",
                "jdbc:postgresql://127.0.0.1:" + link.port() + "/postgres",
                "UNDERWAY_DATABASE_USERNAME",
                postgres.username(),
                "UNDERWAY_DATABASE_PASSWORD",
                postgres.password(),
                "UNDERWAY_LIMITS_ARRIVAL",
                ARRIVAL.toSeconds() + "s");
        here = new Replica(directory.resolve("here"), database);
        there = new Replica(directory.resolve("there"), database);
        here.start();
        // The administrator is the same everywhere.
        Files.createDirectories(there.state());
        Files.copy(here.state().resolve("admin.token"), there.state().resolve("admin.token"));
        there.start();
    }

    @AfterAll
    static void stop() throws Exception {
        here.close();
        there.close();
        link.close();
        postgres.close();
    }

    @Test
    void aHostJoinsByOneWithATokenOfTheOtherAndIsKnownToBoth() throws Exception {
        var identity = join("everywhere", here, there);

        try (var client = client(here, identity);
                var other = client(there, identity)) {
            assertThat(client.desiredState("", Duration.ZERO)).isPresent();
            await().atMost(SOON)
                    .ignoreExceptionsInstanceOf(FetchFailed.class)
                    .untilAsserted(() ->
                            assertThat(other.desiredState("", Duration.ZERO)).isPresent());
        }
    }

    @Test
    void aHostThatIsResetAtOneIsShutOutOfTheOtherEvenWhileItWaits() throws Exception {
        var identity = join("reset", here, here);
        try (var client = client(there, identity)) {
            var etag = await().atMost(SOON)
                    .ignoreExceptionsInstanceOf(FetchFailed.class)
                    .until(() -> client.desiredState("", Duration.ZERO).orElseThrow(), _ -> true)
                    .etag();
            var waiting = waiting(client, etag);

            assertThat(here.admin()
                            .send("POST", "/underway/v1/hosts/reset/reset", "")
                            .code())
                    .isEqualTo(204);

            assertRefused("NotEnrolled", waiting);
        }
    }

    @Test
    void aHostThatIsDeletedAtOneIsShutOutOfTheOther() throws Exception {
        var identity = join("deleted", here, here);
        try (var client = client(there, identity)) {
            var etag = await().atMost(SOON)
                    .ignoreExceptionsInstanceOf(FetchFailed.class)
                    .until(() -> client.desiredState("", Duration.ZERO).orElseThrow(), _ -> true)
                    .etag();
            var waiting = waiting(client, etag);

            here.admin().send("DELETE", "/apis/underway.dev/v1alpha1/hosts/deleted", "");

            assertRefused("NotEnrolled", waiting);
        }
    }

    @Test
    void theSerialOfADocumentDoesNotGoBackWhenItsServerStartsAnew() throws Exception {
        var identity = join("serial", here, here);
        long before = serial(here, identity);
        // What changes the store in between moves the serial; that what is newest goes away must not move it back.
        var namespace = "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"gone\"}}";
        here.admin().send("POST", "/api/v1/namespaces", namespace, "Content-Type", "application/json");
        here.admin().send("DELETE", "/api/v1/namespaces/gone", "");
        await().atMost(SOON).until(() -> serial(here, identity) > before);
        long last = serial(here, identity);

        here.stop();
        here.start();

        assertThat(serial(here, identity)).isGreaterThanOrEqualTo(last);
    }

    /// Agents that do what they are told. The server that decides is killed when a third of them has the new revision.
    /// That each was told twice, once for each revision, shows that nothing was decided twice.
    @Test
    void aRolloutGoesOnWhenTheServerThatDecidesIsKilled() throws Exception {
        var hosts = IntStream.range(0, 24).mapToObj(i -> "roll-" + i).toList();
        try (var agents = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var host : hosts) {
                var identity = join(host, here, there);
                agents.submit(() -> obey(identity));
                there.admin()
                        .send(
                                "PATCH",
                                "/apis/underway.dev/v1alpha1/hosts/" + host,
                                "{\"metadata\": {\"labels\": {\"roll\": \"yes\"}}}",
                                "Content-Type",
                                "application/merge-patch+json");
            }
            apply("first");
            await().atMost(SOON).until(() -> set().at("/status/rollout/phase").asText(), "Complete"::equals);
            apply("second");
            await().atMost(SOON).until(() -> set().at("/status/healthy").asInt() >= 8);

            here.kill();

            await().atMost(SOON)
                    .ignoreExceptions()
                    .until(() -> set().at("/status/rollout/phase").asText().equals("Complete")
                            && set().at("/status/healthy").asInt() == hosts.size());
            for (var host : hosts) {
                var assignment = there.admin()
                        .get("/apis/underway.dev/v1alpha1/namespaces/default/assignments/roll." + host)
                        .json();
                assertThat(assignment.at("/metadata/generation").asInt())
                        .as(host)
                        .isEqualTo(2);
            }
            agents.shutdownNow();
        } finally {
            here.start();
        }
    }

    private static void apply(String content) throws Exception {
        var answer = there.admin()
                .send(
                        "PATCH",
                        ROLL + "?fieldManager=test&force=true",
                        """
                        {"apiVersion": "underway.dev/v1alpha1", "kind": "UnitSet", "metadata": {"name": "roll"},
                         "spec": {"selector": {"matchLabels": {"roll": "yes"}}, "rollout": {"maxUnavailable": 2},
                                  "files": [{"path": "/etc/roll", "content": "%s"}]}}""".formatted(content),
                        "Content-Type",
                        "application/apply-patch+yaml");
        assertThat(answer.code()).as(answer.body()).isIn(200, 201);
    }

    private static JsonNode set() throws Exception {
        return there.admin().get(ROLL).json();
    }

    /// An agent without a host: it reports that it has what it is told, until it is interrupted.
    private static void obey(Identity identity) {
        try (var client = client(there, identity)) {
            for (var etag = ""; ; ) {
                try {
                    var answer = client.desiredState(etag, Duration.ofSeconds(5));
                    if (answer.isEmpty()) {
                        continue;
                    }
                    var state = Document.parse(answer.get().document()).state();
                    Thread.sleep(50);
                    client.report(AgentReports.of(
                            machine(identity.host()),
                            state.serial(),
                            Map.of(),
                            state.assignments(),
                            AgentReports.Health.WELL,
                            1));
                    etag = answer.get().etag();
                } catch (FetchFailed e) {
                    Thread.sleep(200);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /// Sixteen writers and sixteen watchers, half of them at each server, of which one is killed: see [Traffic].
    @Test
    void aServerThatIsKilledLosesNothingThatItAcknowledged() throws Exception {
        var manifest = (ObjectNode) Codec.JSON.readTree("""
            {"apiVersion": "underway.dev/v1alpha1", "kind": "UnitSet", "metadata": {},
             "spec": {"selector": {"matchLabels": {"role": "none"}}}}
            """);
        var path = "/apis/underway.dev/v1alpha1/namespaces/default/unitsets";
        try (var traffic = new Traffic(List.of(here.admin(), there.admin()), path, manifest);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var writing = threads.submit(() -> {
                traffic.write(TIMES);
                return null;
            });
            await().atMost(SOON).until(() -> traffic.acknowledged() > 100);

            there.kill();
            int before = traffic.acknowledged();
            await().atMost(SOON).until(() -> traffic.acknowledged() > before);
            there.start();

            writing.get(5, TimeUnit.MINUTES);
            traffic.check();
        }
    }

    /// Slowly enough that the connection is never idle for long.
    @Test
    void aConnectionWhoseFirstRequestDoesNotArriveEnds() throws Exception {
        try (var socket = ApiClient.trusting(here.state())
                .getSocketFactory()
                .createSocket("127.0.0.1", here.url().getPort())) {
            socket.getOutputStream().write("GET /version HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
            var began = System.nanoTime();

            await().atMost(SOON).pollInterval(Duration.ofMillis(200)).until(() -> {
                try {
                    socket.getOutputStream().write('x');
                    return false;
                } catch (IOException e) {
                    return true;
                }
            });

            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(ARRIVAL.minusSeconds(1), ARRIVAL.plusSeconds(10));
        }
    }

    @Test
    void anOutageOfTheDatabaseIsAnsweredWithTryAgainAndTwoLinesInTheLog() throws Exception {
        var identity = join("outage", there, there);
        int saidBefore = there.said().size();

        postgres.close();
        await().atMost(SOON).until(() -> there.admin().get("/api/v1/namespaces").code() == 503);
        var answer = there.admin().get("/api/v1/namespaces");
        var write = there.admin()
                .send(
                        "POST",
                        "/api/v1/namespaces",
                        "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"lost\"}}",
                        "Content-Type",
                        "application/json");
        var token = there.admin().send("POST", "/underway/v1/join-tokens", "{}");
        Thread.sleep(5000);
        postgres = startPostgres();
        link.leadTo(postgres.port());

        for (var refused : List.of(answer, write)) {
            assertThat(refused.code()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isNotEmpty();
            assertThat(refused.json().path("kind").asText()).isEqualTo("Status");
        }
        assertThat(token.code()).isEqualTo(503);
        assertThat(token.header("Retry-After")).isNotEmpty();
        await().atMost(SOON).until(() -> there.admin().get("/api/v1/namespaces").code() == 200);
        try (var client = client(there, identity)) {
            assertThat(client.desiredState("", Duration.ZERO)).isPresent();
        }
        await().atMost(SOON).until(() -> there.said().stream().anyMatch(line -> line.contains("answers again")));
        var said = there.said().subList(saidBefore, there.said().size());
        assertThat(said).filteredOn(line -> line.contains("does not answer")).hasSize(1);
        assertThat(said).filteredOn(line -> line.contains("answers again")).hasSize(1);
        assertThat(said)
                .describedAs(String.join("\n", said))
                .noneMatch(line -> line.startsWith("\tat ") || line.startsWith("Caused by"))
                .hasSizeLessThan(12);
    }

    private static EmbeddedPostgres startPostgres() throws Exception {
        return EmbeddedPostgres.start(directory.resolve("postgres"), PostgresResource.PROGRAMS);
    }

    /// Joins as `host` through one server with a token that another one has made; as an agent, which asks again when
    /// the connections to a database that was away are not all made anew yet.
    private static Identity join(String host, Replica through, Replica by) throws Exception {
        var token = by.admin()
                .send("POST", "/underway/v1/join-tokens", "{\"hosts\": [\"%s\"]}".formatted(host))
                .json()
                .path("token")
                .asText();
        try (var state = StateDirectory.open(directory.resolve("host-" + host))) {
            return await().atMost(SOON)
                    .ignoreExceptionsMatching(e ->
                            e instanceof FetchFailed failed && failed.reason().equals("StoreUnavailable"))
                    .until(
                            () -> Enroller.enrol(
                                    through.url(),
                                    JoinToken.parse(token),
                                    new Enroller.Machine(host, machine(host), Map.of(), Map.of()),
                                    state),
                            Objects::nonNull);
        }
    }

    private static String machine(String host) {
        return Digests.sha256(host.getBytes(StandardCharsets.UTF_8));
    }

    private static ServerClient client(Replica server, Identity identity) throws Exception {
        return new ServerClient(server.url(), identity, machine(identity.host()));
    }

    private static long serial(Replica server, Identity identity) throws Exception {
        try (var client = client(server, identity)) {
            return Document.parse(
                            client.desiredState("", Duration.ZERO).orElseThrow().document())
                    .state()
                    .serial();
        }
    }

    private static CompletableFuture<Void> waiting(ServerClient client, String etag) {
        return CompletableFuture.runAsync(() -> {
            try {
                client.desiredState(etag, Duration.ofSeconds(50));
            } catch (FetchFailed | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void assertRefused(String reason, CompletableFuture<Void> waiting) {
        assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(FetchFailed.class)
                .rootCause()
                .satisfies(e -> assertThat(((FetchFailed) e).reason()).isEqualTo(reason));
    }
}
