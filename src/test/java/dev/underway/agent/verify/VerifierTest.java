package dev.underway.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.underway.agent.systemd.FakeSystemd;
import dev.underway.agent.verify.Health.Healthy;
import dev.underway.agent.verify.Health.Pending;
import dev.underway.agent.verify.Health.Reason;
import dev.underway.agent.verify.Health.Unhealthy;
import dev.underway.model.UnitSetSpec.HttpProbe;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.TcpProbe;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.plan.Expectation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Watching units over a systemd without processes, with real probes.
class VerifierTest {
    private static final Duration MOMENT = Duration.ofMillis(50);
    private static final Duration FOR_EVER = Duration.ofHours(1);

    @TempDir
    private Path directory;

    private FakeSystemd systemd;
    private Verifier verifier;

    @BeforeEach
    void open() {
        systemd = new FakeSystemd(directory);
        verifier = new Verifier(systemd);
    }

    @AfterEach
    void close() {
        systemd.close();
    }

    @Test
    void aServiceThatStaysUpIsHealthy() throws Exception {
        start("web.service");

        assertThat(verify(expectation(readiness(null, null, MOMENT, FOR_EVER)))).isEqualTo(new Healthy());
    }

    @Test
    void aCrashIsSeenWhenItHappensAndNotAtTheEnd() throws Exception {
        start("web.service");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var verdict = threads.submit(() -> verify(expectation(readiness(null, null, FOR_EVER, FOR_EVER))));

            systemd.crash("web.service");

            assertThat(verdict.get()).isInstanceOf(Unhealthy.class);
        }
    }

    @Test
    void whatIsNotAsItShallBeAtTheDeadlineIsNotReady() throws Exception {
        start("web.service");
        var expected = new Expectation("web.service", UnitState.Stopped, false, readiness(null, null, MOMENT, MOMENT));

        var verdict = verifier.verify(List.of(expected), Map.of("web.service", Deed.STARTED));

        assertThat(verdict.get("web.service")).isInstanceOf(Unhealthy.class);
        assertThat(((Unhealthy) verdict.get("web.service")).reason()).isEqualTo(Reason.NotReady);
    }

    @Test
    void unitsToWhichNothingWasDoneAreLookedAtOnce() throws Exception {
        start("web.service");
        var running = expectation(readiness(null, null, FOR_EVER, FOR_EVER));
        var absent = new Expectation("gone.service", UnitState.Running, false, null);
        var stopped = new Expectation("web.service", UnitState.Stopped, false, null);

        assertThat(verifier.verify(List.of(running, absent), Map.of()))
                .containsEntry("web.service", new Healthy())
                .hasEntrySatisfying(
                        "gone.service", health -> assertThat(health.toString()).contains("has no unit file"));
        assertThat(verifier.verify(List.of(stopped), Map.of()))
                .containsEntry("web.service", new Pending("it shall be stopped"));
    }

    @Test
    void anHttpProbeIsAskedUntilItAnswersWell() throws Exception {
        start("web.service");
        var asked = new AtomicInteger();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/ready", exchange -> {
            exchange.sendResponseHeaders(asked.incrementAndGet() == 1 ? 503 : 204, -1);
            exchange.close();
        });
        server.start();
        try {
            var probe = new HttpProbe(server.getAddress().getPort(), "/ready");

            assertThat(verify(expectation(readiness(probe, null, MOMENT, FOR_EVER))))
                    .isEqualTo(new Healthy());

            assertThat(asked.get()).isGreaterThanOrEqualTo(2);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aPortThatStaysClosedFailsTheProbeAndIsNamed() throws Exception {
        start("web.service");
        int port = closedPort();

        var verdict = verify(expectation(readiness(null, new TcpProbe(port), MOMENT, Duration.ofMillis(100))));

        assertThat(((Unhealthy) verdict).reason()).isEqualTo(Reason.ProbeFailed);
        assertThat(((Unhealthy) verdict).message()).contains("web.service", "port " + port);
    }

    @Test
    void aPortThatIsOpenIsHealthy() throws Exception {
        start("web.service");
        try (var open = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var probe = new TcpProbe(open.getLocalPort());

            assertThat(verify(expectation(readiness(null, probe, MOMENT, FOR_EVER))))
                    .isEqualTo(new Healthy());
        }
    }

    @Test
    void newsEndsTheWatchingAndTheTrialGoesOnWithTheNextCall() throws Exception {
        start("web.service");
        var expected = expectation(readiness(null, null, FOR_EVER, Duration.ofMillis(200)));
        var done = Map.of("web.service", Deed.STARTED);
        var since = verifier.now();
        verifier.tell();

        var first = verifier.verifyUntil(since, Set.of(), List.of(expected), done, done.keySet(), Set.of());

        assertThat(first.get("web.service")).isInstanceOf(Pending.class);
        // A trial that began anew with each call would never come to its deadline.
        await().atMost(Duration.ofSeconds(10))
                .until(() -> verifier.verifyUntil(since, Set.of(), List.of(expected), done, Set.of(), Set.of())
                                .get("web.service")
                        instanceof Unhealthy);
    }

    @Test
    void whatWasDoneAnewIsTriedAnew() throws Exception {
        start("web.service");
        var expected = expectation(readiness(null, null, FOR_EVER, MOMENT));
        var done = Map.of("web.service", Deed.STARTED);
        var since = verifier.now();
        verifier.tell();
        verifier.verifyUntil(since, Set.of(), List.of(expected), done, done.keySet(), Set.of());
        Thread.sleep(MOMENT.plusMillis(10));

        var health = verifier.verifyUntil(since, Set.of(), List.of(expected), done, done.keySet(), Set.of());

        assertThat(health.get("web.service")).isInstanceOf(Pending.class);
    }

    @Test
    void aChangeOfAUnitThatIsNotOnTrialIsNews() throws Exception {
        start("web.service");
        start("other.service");
        var expected = expectation(readiness(null, null, FOR_EVER, FOR_EVER));
        var done = Map.of("web.service", Deed.STARTED);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var since = verifier.now();
            var verdict = threads.submit(
                    () -> verifier.verifyUntil(since, Set.of(), List.of(expected), done, done.keySet(), Set.of()));

            // Until it listens, nothing is news.
            await().until(() -> {
                systemd.stop("other.service");
                systemd.start("other.service");
                return verdict.isDone();
            });
            assertThat(verdict.get().get("web.service")).isInstanceOf(Pending.class);
        }
    }

    /// It may have been looked at before.
    @Test
    void whatChangedBeforeItListenedIsNewsToo() throws Exception {
        start("web.service");
        start("other.service");
        var expected = expectation(readiness(null, null, FOR_EVER, FOR_EVER));
        var done = Map.of("web.service", Deed.STARTED);
        var since = verifier.now();
        systemd.stop("other.service");

        var health =
                verifier.verifyUntil(since, Set.of("other.service"), List.of(expected), done, done.keySet(), Set.of());

        assertThat(health.get("web.service")).isInstanceOf(Pending.class);
    }

    private Health verify(Expectation expected) throws Exception {
        return verifier.verify(List.of(expected), Map.of(expected.unit(), Deed.STARTED))
                .get(expected.unit());
    }

    private void start(String unit) throws IOException {
        Files.writeString(directory.resolve(unit), "[Service]\nType=exec\nExecStart=/bin/sleep infinity\n");
        assertThat(systemd.start(unit).done()).isTrue();
    }

    private static Expectation expectation(Readiness readiness) {
        return new Expectation("web.service", UnitState.Running, false, readiness);
    }

    private static Readiness readiness(
            @Nullable HttpProbe http, @Nullable TcpProbe tcp, Duration minHealthyTime, Duration deadline) {
        return new Readiness(http, tcp, null, minHealthyTime, deadline);
    }

    private static int closedPort() throws IOException {
        try (var socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
