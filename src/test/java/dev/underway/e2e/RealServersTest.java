package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.testing.HostLoad;
import dev.underway.testing.HostLoad.Counted;
import dev.underway.testing.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/// Servers that people have, as Debian packages them, are changed under load, each by the gentlest step that it allows:
/// nobody who connects is refused. `deploy/bench handover` does the same more often, and beside it what a restart by
/// hand costs.
@Tag("e2e")
class RealServersTest {
    private static final int CHANGES = 2;

    @AutoClose
    private static final Fleet fleet = Fleet.of(1);

    private static final TestHost host = fleet.host();

    /// What becomes of connections that clients keep, as servers.csv says it.
    enum Kept {
        STAY,
        RETRY
    }

    @ParameterizedTest(name = "{1}")
    @CsvFileSource(resources = "/servers/servers.csv", delimiter = '|')
    void nobodyWhoConnectsIsRefusedInAChange(
            String name, String what, String packages, int port, String clients, String step, Kept kept, String byHand)
            throws Exception {
        if (packages != null) {
            host.install(packages);
        }
        converge(name, 1);
        var before = Unit.on(host, byHand).invocation();

        Counted counted;
        try (var load = HostLoad.on(host, port, List.of(clients.split(" ")))) {
            for (int version = 2; version <= CHANGES + 1; version++) {
                load.during();
                converge(name, version);
                assertThat(fleet.plan(name, host))
                        .describedAs(fleet.assignment(name, host).toString())
                        .contains(step)
                        .noneMatch(s -> s.startsWith("Restart"));
                load.between();
                // A reload that is done may have been told to the process only, which takes a moment more.
                Thread.sleep(500);
            }
            counted = load.stop();
        }

        var seen = counted.report().toPrettyString();
        assertThat(counted.failedOf("new")).describedAs(seen).isZero();
        assertThat(kept == Kept.STAY ? counted.failedOf("kept") : counted.failedTwiceOf("kept"))
                .describedAs(seen)
                .isZero();
        assertThat(counted.answered("during")).isPositive();
        assertThat(versions(name, port, counted)).contains("1", Integer.toString(CHANGES + 1));
        if (!step.startsWith("Swap")) {
            assertThat(Unit.on(host, byHand).invocation()).isEqualTo(before);
        }
        System.out.printf(
                "%s: %d requests; failed: %d of new connections, %d of kept ones, %d of them when asked once more%n",
                name,
                counted.requests(),
                counted.failedOf("new"),
                counted.failedOf("kept"),
                counted.failedTwiceOf("kept"));
        fleet.delete(name);
        // A unit of a package goes on, and two of them want port 80.
        host.tryExec("systemctl", "stop", byHand);
    }

    private static void converge(String name, int version) throws IOException {
        var here = Path.of("src/test/resources/servers", name + ".yaml");
        fleet.apply(Files.readString(Files.exists(here) ? here : Path.of("crd-examples", name + ".yaml"))
                .replace("{role: web}", "{fleet: GROUP}")
                .replace("VERSION=1", "VERSION=" + version)
                .replace("JDK/", System.getProperty("java.home") + "/"));
        fleet.awaitSettled(name);
    }

    /// Those that have answered.
    private static List<String> versions(String name, int port, Counted counted) {
        if (name.equals("redis")) {
            // What clients are answered is PONG, whoever answers.
            var now = host.exec("redis-cli", "-p", Integer.toString(port), "config", "get", "proc-title-template");
            return List.of("1", now.substring(now.indexOf("VERSION=") + 8).strip());
        }
        return counted.answerers().stream()
                .map(answer -> answer.replaceAll("(?:.*VERSION=)?(\\d+).*", "$1"))
                .toList();
    }
}
