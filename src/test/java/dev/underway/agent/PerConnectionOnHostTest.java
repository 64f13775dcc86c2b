package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Revision.Content;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.HttpProbe;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.TcpProbe;
import dev.underway.testing.HostLoad;
import dev.underway.testing.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A service of which every connection gets a process changes: new connections get the change, which is tried, and
/// those that run are left alone.
@Tag("e2e")
class PerConnectionOnHostTest {
    private static final String PROGRAM = """
        import sys
        while True:
            head = []
            while True:
                line = sys.stdin.readline()
                if not line:
                    sys.exit(0)
                if line in ("\\r\\n", "\\n"):
                    break
                head.append(line)
            version = sys.argv[1] + FILE
            sys.stdout.write("HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(version), version))
            sys.stdout.flush()
        """;

    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    /// One set, whose service answers with its version and that of its file, to this machine too.
    private static final class Lines implements AutoCloseable {
        final String name;
        final int port;
        private final HostPort here;
        String command;
        String file = "a";
        Duration deadline = Duration.ofSeconds(20);

        @Nullable
        Duration drain;

        @Nullable
        HttpProbe http;

        @Nullable
        TcpProbe tcp;

        Lines(String name, int port) {
            this.name = name;
            this.port = port;
            this.here = HostPort.of(on.host, port);
            this.command = python(1);
        }

        /// A version works when it answers.
        Lines probed() {
            http = new HttpProbe(port, "/");
            return this;
        }

        /// Connections on an earlier version have a minute.
        Lines draining() {
            drain = Duration.ofSeconds(60);
            return this;
        }

        String python(int version) {
            return "/usr/bin/python3 -S /opt/" + name + "/serve.py " + version;
        }

        Lines version(int version) {
            command = python(version);
            return this;
        }

        /// What does not work, and is not waited for.
        Lines failing(String command) {
            this.command = command;
            this.deadline = Duration.ofSeconds(3);
            return this;
        }

        String socket() {
            return name + ".socket";
        }

        void desire() throws Exception {
            var readiness = new Readiness(http, tcp, null, Duration.ofMillis(300), deadline);
            on.agent.desire(
                    name,
                    new Content(
                            null,
                            List.of(new ManagedFile(
                                    "/opt/" + name + "/serve.py",
                                    null,
                                    null,
                                    null,
                                    PROGRAM.replace("FILE", "'" + file + "'"),
                                    null,
                                    null)),
                            List.of(
                                    new UnitText(socket(), """
                                    [Socket]
                                    ListenStream=127.0.0.1:%d
                                    Accept=yes
                                    MaxConnections=500
                                    TriggerLimitBurst=100000
                                    """.formatted(port), null),
                                    new UnitText(name + "@.service", """
                                    [Unit]
                                    CollectMode=inactive-or-failed
                                    [Service]
                                    ExecStart=%s
                                    StandardInput=socket
                                    StandardError=journal
                                    """.formatted(command), null))),
                    new Policy(
                            List.of(new UnitPolicy(socket(), null, null, null, null, readiness, null, drain)),
                            null,
                            null,
                            null,
                            null));
        }

        void apply() throws Exception {
            desire();
            on.agent.pass();
        }

        /// Of what was done last, what concerns the socket.
        String step() {
            var plan = on.agent.status(name).plan();
            return plan == null
                    ? ""
                    : plan.stream()
                            .filter(step -> socket().equals(step.unit()))
                            .map(step -> step.action() + " " + step.because())
                            .findFirst()
                            .orElse("");
        }

        String condition(String type) {
            return on.agent.condition(name, type);
        }

        String message(String type) {
            return String.valueOf(on.agent.conditionOf(name, type).message());
        }

        void isHealthy() {
            assertThat(condition("Healthy")).isEqualTo("True UnitsHealthy");
        }

        void hasFailedItsProbe() {
            assertThat(condition("Healthy")).isEqualTo("False ProbeFailed");
        }

        void isTakenBack() {
            assertThat(condition("Synced")).as("%s", on.agent.status(name)).isEqualTo("False Reverted");
        }

        /// A client that has had the answer of a version, and keeps its connection.
        Client client(String version) throws IOException {
            var client = Client.connected(this);
            assertThat(client.asks()).isEqualTo(version);
            return client;
        }

        @Override
        public void close() {
            here.close();
        }
    }

    /// A client that keeps its connection.
    private record Client(Socket socket) implements AutoCloseable {
        static Client connected(Lines lines) throws IOException {
            return new Client(new Socket(InetAddress.getLoopbackAddress(), lines.port));
        }

        /// Whose answer it gets; empty when the connection is no more.
        String asks() throws IOException {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            var answer = new StringBuilder();
            int length = -1;
            while (length < 0 || answer.length() < length) {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    return "";
                }
                answer.append((char) next);
                if (length < 0 && answer.toString().endsWith("\r\n\r\n")) {
                    length = Integer.parseInt(answer.toString().replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
                    answer.setLength(0);
                }
            }
            return answer.toString();
        }

        /// Returns when it was hung up on, and fails when it is not.
        void isHungUpOn() throws IOException {
            socket.setSoTimeout(10_000);
            assertThat(socket.getInputStream().read()).isNegative();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static String answer(Lines lines) throws IOException {
        try (var client = Client.connected(lines)) {
            return client.asks();
        }
    }

    /// A pass of an agent that is killed when the change is in place and before it was tried.
    private static void isKilledBeforeItTries() {
        on.agent.door.killAfter = on.agent.door.calls.size();
        assertThatThrownBy(on.agent::pass).isInstanceOf(Effects.Killed.class);
        on.agent.door.killAfter = Integer.MAX_VALUE;
    }

    private static void pass(Duration later) throws Exception {
        on.agent.nanos += later.toNanos();
        on.agent.pass();
    }

    @Test
    void newConnectionsGetAChangeAndThoseThatRunFinishOnTheirOwn() throws Exception {
        try (var lines = new Lines("many", 9400).probed()) {
            lines.apply();
            lines.isHealthy();

            try (var kept = lines.client("1a");
                    var load = HostLoad.on(on.host, lines.port, List.of("new:2:0", "kept:2:0"))) {
                load.during();
                lines.version(2).apply();

                assertThat(lines.step())
                        .startsWith("Renew ExecStart= ")
                        .endsWith("new connections get it, and those that run finish on the version that they have");
                assertThat(lines.condition("Synced")).isEqualTo("True AsDesired");
                lines.isHealthy();
                assertThat(answer(lines)).isEqualTo("2a");
                assertThat(kept.asks()).isEqualTo("1a");

                lines.file = "b";
                lines.apply();

                assertThat(lines.step()).startsWith("Renew /opt/many/serve.py changed: new connections get it");
                assertThat(answer(lines)).isEqualTo("2b");
                assertThat(kept.asks()).isEqualTo("1a");
                load.between();
                var counted = load.stop();
                assertThat(counted.failed())
                        .describedAs(counted.report().toPrettyString())
                        .isZero();
                assertThat(counted.answerers().toString()).contains("1a", "2a", "2b");
            }
        }
    }

    @Test
    void aChangeThatFailsItsProbeIsTakenBack() throws Exception {
        try (var lines = new Lines("sick", 9410).probed()) {
            lines.apply();
            lines.isHealthy();
            try (var kept = lines.client("1a")) {
                lines.failing("/bin/false").apply();

                lines.hasFailedItsProbe();
                assertThat(lines.message("Healthy")).contains("sick.socket", "GET http://127.0.0.1:9410/");

                on.agent.pass();

                lines.isTakenBack();
                assertThat(lines.step()).startsWith("Renew ");
                assertThat(answer(lines)).isEqualTo("1a");
                assertThat(kept.asks()).isEqualTo("1a");
            }
        }
    }

    /// systemd opens every connection, whatever becomes of the process.
    @Test
    void aConnectionThatOpensIsNotEnough() throws Exception {
        try (var lines = new Lines("opens", 9420)) {
            lines.tcp = new TcpProbe(lines.port);
            lines.apply();
            lines.isHealthy();
            lines.failing("/usr/bin/python3 -S /opt/opens/nowhere.py").apply();

            lines.hasFailedItsProbe();
            assertThat(lines.message("Healthy")).contains("was closed at once");

            on.agent.pass();

            lines.isTakenBack();
            assertThat(answer(lines)).isEqualTo("1a");
        }
    }

    @Test
    void aKilledAgentTriesItAllTheSame() throws Exception {
        try (var lines = new Lines("cut", 9430).probed()) {
            lines.apply();
            lines.isHealthy();
            lines.failing("/bin/false").desire();
            isKilledBeforeItTries();
            on.restartAgent();

            on.agent.pass();

            lines.hasFailedItsProbe();
            on.agent.pass();
            lines.isTakenBack();
            assertThat(answer(lines)).isEqualTo("1a");
        }
    }

    @Test
    void connectionsOnAnEarlierVersionHaveTheirTimeAndNewOnesAllOfIt() throws Exception {
        try (var lines = new Lines("timed", 9440).draining()) {
            lines.apply();
            try (var old = lines.client("1a")) {
                lines.version(2).apply();
                assertThat(lines.step()).endsWith("and those that run have 1m on the version that they have");
                try (var young = lines.client("2a")) {
                    assertThat(on.agent.pass())
                            .isEqualTo(new Outcome.Waiting(
                                    Duration.ofSeconds(60), "the time of connections on an earlier version"));
                    pass(Duration.ofSeconds(59));
                    assertThat(old.asks()).isEqualTo("1a");

                    pass(Duration.ofSeconds(2));

                    old.isHungUpOn();
                    assertThat(lines.step()).startsWith("Drain timed@").endsWith("and has had 1m");
                    assertThat(lines.condition("Synced")).isEqualTo("True AsDesired");
                    assertThat(young.asks()).isEqualTo("2a");
                    pass(Duration.ofHours(1));
                    assertThat(young.asks()).isEqualTo("2a");
                    assertThat(on.agent.door.calls.stream().filter(call -> call.startsWith("drain timed@")))
                            .hasSize(1);
                }
            }
        }
    }

    /// What an agent that is killed knew of connections is on the disk. Those that came while nobody saw it are new.
    @Test
    void aKilledAgentStopsThemAllTheSameAndNoOther() throws Exception {
        try (var lines = new Lines("killed", 9450).draining()) {
            lines.apply();
            try (var old = lines.client("1a")) {
                lines.version(2).desire();
                isKilledBeforeItTries();
                try (var young = lines.client("2a")) {
                    on.restartAgent();
                    on.agent.pass();
                    on.restartAgent();
                    pass(Duration.ofSeconds(61));
                    assertThat(old.asks()).as("its time begins anew").isEqualTo("1a");

                    pass(Duration.ofSeconds(61));

                    old.isHungUpOn();
                    pass(Duration.ofSeconds(61));
                    assertThat(young.asks()).isEqualTo("2a");
                }
            }
        }
    }

    @Test
    void whatWasTakenBackCostsNobodyTheirConnection() throws Exception {
        try (var lines = new Lines("back", 9460).draining().probed()) {
            lines.apply();
            lines.isHealthy();
            try (var kept = lines.client("1a")) {
                lines.failing("/bin/false").apply();
                on.agent.pass();
                lines.isTakenBack();

                pass(Duration.ofSeconds(61));
                pass(Duration.ofSeconds(61));

                assertThat(kept.asks()).isEqualTo("1a");
            }
        }
    }
}
