package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.testing.TestHost;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The packaged agent is a client only: it carries nothing of the server's, and nobody can connect to it.
@Tag("e2e")
class LeanAgentTest {
    @AutoClose
    private static final Fleet fleet = Fleet.of(1);

    private static final TestHost host = fleet.host();

    @Test
    void carriesNothingOfTheServer() {
        var libraries = host.exec("find", "/opt/underway/agent", "-name", "*.jar")
                .lines()
                .toList();

        assertThat(libraries).anyMatch(jar -> jar.contains("dbus-java"));
        assertThat(libraries)
                .noneMatch(jar -> jar.matches(".*(hibernate|vertx-http|vertx-web|flyway|postgresql|jgit).*"));
    }

    @Test
    void listensNowhere() {
        var agent = Unit.on(host, "underway-agent.service").mainPid();

        var listening =
                host.exec("ss", "--listening", "--numeric", "--processes").lines();

        assertThat(listening)
                .anyMatch(socket -> socket.contains("pid=1,"))
                .noneMatch(socket -> socket.contains("pid=" + agent + ","));
    }
}
