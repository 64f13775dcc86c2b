package dev.underway.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.systemd.FakeSystemd;
import dev.underway.agent.verify.Health.Healthy;
import dev.underway.agent.verify.Health.Reason;
import dev.underway.agent.verify.Health.Unhealthy;
import dev.underway.model.UnitSetSpec.ExecProbe;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.TcpProbe;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.plan.Expectation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Probes of a socket whose every connection gets a process of its own.
class ConnectionProbeTest {
    @TempDir
    private Path directory;

    private FakeSystemd systemd;
    private Verifier verifier;

    @BeforeEach
    void listen() throws IOException {
        systemd = new FakeSystemd(directory);
        verifier = new Verifier(systemd);
        Files.writeString(directory.resolve("lines.socket"), "[Socket]\nListenStream=80\nAccept=yes\n");
        assertThat(systemd.start("lines.socket").done()).isTrue();
    }

    @AfterEach
    void close() {
        systemd.close();
    }

    @Test
    void aConnectionThatIsKeptIsServed() throws Exception {
        assertThat(ofServer(_ -> {})).isEqualTo(new Healthy());
    }

    @Test
    void aConnectionThatEndsWithAWordWasServed() throws Exception {
        assertThat(ofServer(client -> {
                    client.getOutputStream().write('x');
                    client.close();
                }))
                .isEqualTo(new Healthy());
    }

    @Test
    void aConnectionThatEndsWithoutAWordWasNot() throws Exception {
        var health = ofServer(Socket::close);

        assertThat(health).isInstanceOf(Unhealthy.class);
        assertThat(((Unhealthy) health).reason()).isEqualTo(Reason.ProbeFailed);
        assertThat(((Unhealthy) health).message()).contains("lines.socket", "was closed at once");
    }

    @Test
    void aCommandHasNoProcessToTakeItsUserFromAndRunsAsNobody() throws Exception {
        var probe = new ExecProbe(List.of("/bin/sh", "-c", "echo I am $(id -u) $(id -G); exit 1"));

        assertThat(verify(null, probe).toString()).contains("I am 65534 65534");
    }

    /// What a service does with each of its clients.
    private interface Service {
        void serves(Socket client) throws IOException;
    }

    private Health ofServer(Service service) throws Exception {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> serve(server, service));
            return verify(new TcpProbe(server.getLocalPort()), null);
        }
    }

    private static void serve(ServerSocket server, Service service) {
        try {
            while (true) {
                service.serves(server.accept());
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private Health verify(@Nullable TcpProbe tcp, @Nullable ExecProbe exec) throws Exception {
        var readiness = new Readiness(null, tcp, exec, Duration.ofMillis(10), Duration.ofSeconds(2));
        var expected = new Expectation("lines.socket", UnitState.Running, false, readiness);
        return verifier.verify(List.of(expected), Map.of("lines.socket", Deed.RENEWED))
                .get("lines.socket");
    }
}
