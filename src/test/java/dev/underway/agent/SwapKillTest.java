package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.Cuts.Change;
import dev.underway.agent.SwapHost.App;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// The agent is killed, or the host loses power, between any two things that a swap asks of systemd: afterwards the
/// host
/// converges, one instance is up, and for a killed agent no request fails. And what somebody else's hands do meanwhile
/// costs nobody a request either.
@Tag("e2e")
class SwapKillTest {
    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    private static int apps = 100;

    private static App app(String name, int port, String version) {
        return new App(name, port).version(version).input(version);
    }

    @TestFactory
    Stream<DynamicTest> aSwapIsCut() throws Exception {
        var cuts = new Cuts(on, _ -> new Swap(apps++));
        return Stream.concat(cuts.kills(), cuts.powerLosses());
    }

    private static final class Swap extends Change {
        Swap(int number) {
            super(app("cut" + number, 8300 + number, "1"));
        }

        @Override
        void before() throws Exception {
            on.desire(app);
        }

        @Override
        void desire() throws Exception {
            on.desire(app(app.name, app.port, "2"));
        }

        @Override
        boolean isSilent() {
            return true;
        }

        @Override
        void isBooted(boolean committed) {
            var booted = committed ? "2" : "1";
            assertThat(on.running(app)).hasSize(1);
            assertThat(on.environment(app)).contains("VERSION=" + booted).contains("INPUT=" + booted);
        }

        @Override
        void isDone() {
            isAt(app, "2");
        }
    }

    private static void isAt(App app, String version) {
        on.isInstance(app);
        isAsDesired(app, version);
    }

    private static void isAsDesired(App app, String version) {
        assertThat(on.running(app)).hasSize(1);
        assertThat(on.environment(app)).contains("VERSION=" + version).contains("INPUT=" + version);
        assertThat(on.host.read("/etc/" + app.name + ".env")).isEqualTo("INPUT=" + version);
        assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("True AsDesired");
    }

    @TestFactory
    Stream<DynamicTest> somebodysHands() {
        var tests = new ArrayList<DynamicTest>();
        for (var after : List.of("start", "daemon-reload", "drain")) {
            for (var command : List.of(
                    "restart",
                    "stop",
                    "kill",
                    "daemon-reload",
                    "kill-old",
                    "disable",
                    "write-instance",
                    "write-alias")) {
                tests.add(DynamicTest.dynamicTest(command + " after " + after, () -> hands(after, command)));
            }
        }
        return tests.stream();
    }

    private static void hands(String after, String command) throws Exception {
        int n = apps++;
        var app = app("hands" + n, 8300 + n, "1");
        on.apply(app);
        on.converge();
        long old = on.agent.pid(app.unit());
        var instance = on.current(app);

        var counted = on.underLoad(app, () -> {
            on.desire(app(app.name, app.port, "2"));
            on.agent.door.meanwhile = call -> {
                if (call.split(" ")[0].equals(after)) {
                    on.agent.door.meanwhile = _ -> {};
                    on.host.tryExec(command(command, app, old, instance));
                }
            };
            on.agent.pass();
            on.agent.door.meanwhile = _ -> {};
            on.agent.nanos += Duration.ofMinutes(1).toNanos();
            on.converge();
        });
        on.converge();

        assertThat(counted.failed() - counted.failed("reset") - counted.failed("short"))
                .as("%s", counted)
                .isZero();
        if (!command.equals("kill-old")) {
            assertThat(counted.failed()).as("%s", counted).isZero();
        }
        if (command.equals("write-alias")) {
            // Whoever puts a file in the symlink's place has made it a plain unit, until it needs a new process.
            isAsDesired(app, "2");
        } else {
            isAt(app, "2");
        }
    }

    /// @param instance the unit file that the name stood for before
    private static String[] command(String command, App app, long old, String instance) {
        return switch (command) {
            case "write-instance" -> new String[] {"sh", "-c", "echo 'CPUWeight=50' >>/etc/systemd/system/" + instance};
            // An editor writes the file that the name stands for; others put a file of their own in its place.
            case "write-alias" ->
                new String[] {
                    "sh",
                    "-c",
                    "cd /etc/systemd/system; sed 's/VERSION=./VERSION=by-hand/' %1$s >%2$s.new; mv %2$s.new %2$s"
                            .formatted(instance, app.unit())
                };
            case "daemon-reload" -> new String[] {"systemctl", "daemon-reload"};
            // Its own connections die with it, and no others.
            case "kill-old" -> new String[] {"kill", "-KILL", Long.toString(old)};
            default -> new String[] {"systemctl", command, app.name};
        };
    }
}
