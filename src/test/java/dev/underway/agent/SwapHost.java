package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.systemd.DbusSystemd;
import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Revision.Content;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.DriftPolicy;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.testing.HostLoad;
import dev.underway.testing.HostLoad.Counted;
import dev.underway.testing.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A booted host with services behind sockets, an agent whose every call can be cut or watched, and a load client.
///
/// The program is that of `crd-examples/web.yaml`. Every service has a name and a port of its own, so that tests can
/// share a host.
final class SwapHost implements AutoCloseable {
    final TestHost host;
    private DbusSystemd systemd;
    PassHost agent;

    /// For `@AutoClose` fields, which tests of a class share.
    static SwapHost boot() {
        try {
            return new SwapHost(TestHost.boot("--no-generators"));
        } catch (Exception e) {
            throw new IllegalStateException("the host cannot be used", e);
        }
    }

    private SwapHost(TestHost host) throws Exception {
        this.host = host;
        systemd = DbusSystemd.open(host.systemBus());
        host.writeExecutable("/opt/app", program());
        agent = new PassHost(host.path("/"), systemd);
    }

    /// The file `/opt/web/web` of the example.
    private static String program() throws Exception {
        var lines = Files.readAllLines(Path.of("crd-examples/web.yaml"));
        var program = new StringBuilder();
        boolean inside = false;
        for (var line : lines) {
            if (line.strip().startsWith("#!/usr/bin/python3")) {
                inside = true;
            } else if (inside && !line.isBlank() && !line.startsWith("      ")) {
                break;
            }
            if (inside) {
                program.append(line.isBlank() ? "" : line.substring(6)).append('\n');
            }
        }
        return ofSeveralSockets(toldToFail(program.toString()));
    }

    /// The same, but it takes as many sockets as it is passed.
    private static String ofSeveralSockets(String program) {
        var several = program.replace("os.environ.get(\"LISTEN_FDS\") == \"1\"", "\"LISTEN_FDS\" in os.environ")
                .replace(
                        "return socket.socket(fileno=3)",
                        "return [socket.socket(fileno=3 + n) for n in range(int(os.environ[\"LISTEN_FDS\"]))]")
                .replace("listening = listener()", "listeners = listener()")
                .replace("listening.setblocking(False)", "[each.setblocking(False) for each in listeners]")
                .replace(
                        "events.register(listening, select.POLLIN)",
                        "[events.register(each, select.POLLIN) for each in listeners]")
                .replace(
                        "    events.poll()",
                        "    ready = {fd for fd, _ in events.poll()}\n"
                                + "    listening = ([each for each in listeners if each.fileno() in ready] or listeners)[-1]")
                .replace("listening.close()", "[each.close() for each in listeners]");
        assertThat(several)
                .contains("in listeners if each.fileno()", "fileno=3 + n", "[each.close()", "[events.register(each");
        return several;
    }

    /// The same, but it touches the file `TOUCH` for every answer, and does not answer well when it cannot, or while
    /// there is a file `SICK`.
    private static String toldToFail(String program) {
        var told = program.replace("def answer(", """
            def status():
                if os.path.exists(os.environ.get("SICK", "/nowhere")):
                    return "503 Sick"
                try:
                    if "TOUCH" in os.environ:
                        open(os.environ["TOUCH"], "a").close()
                    return "200 OK"
                except OSError:
                    return "500 Cannot touch"


            def answer(""").replace("HTTP/1.1 200 OK", "HTTP/1.1 {status()}");
        assertThat(told).contains("{status()}").contains("def status()");
        return told;
    }

    /// A service of its own behind a socket of its own, with lines that are added or changed by tests.
    static class App {
        final String name;
        final int port;
        final Map<String, String> service = new TreeMap<>();
        final Map<String, String> unit = new TreeMap<>();
        final List<ManagedFile> files = new ArrayList<>();
        final List<UnitText> others = new ArrayList<>();
        final List<String> socket = new ArrayList<>();

        @Nullable
        UpdateMode update;

        @Nullable
        DriftPolicy drift;

        @Nullable
        List<String> restartOn;

        Readiness readiness = new Readiness(null, null, null, Duration.ofMillis(200), Duration.ofSeconds(15));

        App(String name, int port) {
            this.name = name;
            this.port = port;
            socket.add("ListenStream=127.0.0.1:" + port);
            socket.add("Backlog=4096");
            service.put("Type", "notify");
            service.put("ExecStart", "/opt/app");
            service.put("Environment", "VERSION=1");
            service.put("Restart", "on-failure");
            service.put("RestartSec", "100ms");
            service.put("TimeoutStopSec", "20");
        }

        App version(String version) {
            service.put("Environment", "VERSION=" + version);
            return this;
        }

        /// With a file that a new process must see and an old one must not.
        App input(String input) {
            service.put("EnvironmentFile", environmentFile());
            restartOn = List.of(environmentFile());
            files.clear();
            files.add(new ManagedFile(environmentFile(), null, null, null, "INPUT=" + input, null, null));
            return this;
        }

        String environmentFile() {
            return "/etc/" + name + ".env";
        }

        App with(String key, String value) {
            service.put(key, value);
            return this;
        }

        String unit() {
            return name + ".service";
        }

        Content content() {
            var units = new ArrayList<>(others);
            units.add(new UnitText(name + ".socket", """
                [Socket]
                %s
                [Install]
                WantedBy=sockets.target
                """.formatted(String.join("\n", socket)), null));
            units.add(new UnitText(unit(), lines("Unit", unit) + lines("Service", service) + """
                [Install]
                WantedBy=multi-user.target
                """, null));
            return new Content(null, List.copyOf(files), List.copyOf(units));
        }

        static String lines(String section, Map<String, String> directives) {
            var text = new StringBuilder("[" + section + "]\n");
            directives.forEach((key, value) -> {
                for (var each : value.split("\n")) {
                    text.append(key).append('=').append(each).append('\n');
                }
            });
            return text.toString();
        }

        Policy policy() {
            return new Policy(
                    List.of(new UnitPolicy(unit(), update, null, null, restartOn, readiness, null)),
                    null,
                    drift,
                    null,
                    null);
        }
    }

    void desire(App app) throws Exception {
        agent.desire(app.name, app.content(), app.policy());
    }

    /// Passes until nothing more is done, at most a few.
    void converge() throws Exception {
        for (int i = 0; i < 6; i++) {
            int before = agent.door.calls.size();
            agent.pass();
            if (agent.door.calls.size() == before && i > 0) {
                return;
            }
        }
    }

    /// Passes until nothing is left to do and nothing of `app` drains any more.
    void settle(App app) throws Exception {
        for (int i = 0; i < 8; i++) {
            awaitDrained(app);
            int before = agent.effects.all.size();
            agent.pass();
            if (agent.effects.all.size() == before) {
                return;
            }
        }
        throw new AssertionError(app.name + " does not settle: " + agent.effects.all);
    }

    private void awaitDrained(App app) throws Exception {
        var deadline = Instant.now().plusSeconds(20);
        while (agent.door.status(units(app)).values().stream()
                .anyMatch(unit -> unit.activeState().equals("deactivating"))) {
            assertThat(Instant.now()).as("time to drain").isBefore(deadline);
            Thread.sleep(20);
        }
    }

    /// The service and its instances, as far as they have files.
    private List<String> units(App app) throws Exception {
        try (var files = Files.newDirectoryStream(host.path("/etc/systemd/system"), app.name + "{,-*}.service")) {
            var units = new ArrayList<String>();
            files.forEach(file -> units.add(file.getFileName().toString()));
            return units;
        }
    }

    /// Makes the host as `app` says.
    void apply(App app) throws Exception {
        desire(app);
        agent.pass();
    }

    /// What a client is answered at another port; empty when nobody listens there.
    String get(int port) {
        return host.tryExec(
                        "bash",
                        "-c",
                        "exec 3<>/dev/tcp/127.0.0.1/" + port
                                + " && printf 'GET / HTTP/1.1\\r\\nHost: here\\r\\nConnection: close\\r\\n\\r\\n' >&3 && cat <&3")
                .output();
    }

    HostLoad load(App app) {
        return HostLoad.on(host, app.port, List.of("new:3:0", "kept:3:0"));
    }

    /// What clients see while something is done.
    Counted underLoad(App app, Deed deed) throws Exception {
        try (var load = load(app)) {
            Thread.sleep(200);
            load.during();
            deed.run();
            load.between();
            Thread.sleep(300);
            var counted = load.stop();
            assertThat(counted.answered("during"))
                    .as("requests while it was done: %s", counted)
                    .isPositive();
            return counted;
        }
    }

    interface Deed {
        void run() throws Exception;
    }

    /// What serves: the unit file that the name stands for.
    String current(App app) {
        return host.exec("readlink", "/etc/systemd/system/" + app.unit()).strip();
    }

    /// Names of the units of `app` that run, sockets aside.
    List<String> running(App app) {
        return host.exec("systemctl", "list-units", "--plain", "--no-legend", "--state=active", app.name + "*.service")
                .lines()
                .map(line -> line.split(" ")[0])
                .sorted()
                .toList();
    }

    /// Whether one instance is the unit, and there is nothing else of an app with an input, running or on the disk.
    void isInstance(App app) {
        var units = "/etc/systemd/system/";
        var instances = "/var/lib/underway/instances/";
        var current = current(app);
        assertThat(running(app)).containsExactly(current);
        assertThat(agent.condition(app.name, "Synced")).isEqualTo("True AsDesired");
        assertThat(files(app))
                .containsExactlyInAnyOrder(
                        app.environmentFile(),
                        units + app.name + ".socket",
                        units + app.unit(),
                        units + "sockets.target.wants/" + app.name + ".socket",
                        units + "multi-user.target.wants/" + app.unit(),
                        units + current,
                        units + current + ".d",
                        instances + current,
                        instances + current + app.environmentFile());
    }

    /// Everything on the disk that has the name of `app` in its own.
    List<String> files(App app) {
        return host.exec("find", "/etc", "/var/lib/underway", "-name", "*" + app.name + "[.-]*")
                .lines()
                .toList();
    }

    /// The environment of the process that is the unit now.
    String environment(App app) {
        return environment(agent.pid(app.unit()));
    }

    String environment(long pid) {
        return host.exec("bash", "-c", "tr '\\0' '\\n' </proc/" + pid + "/environ");
    }

    /// What a client is answered.
    String get(App app) {
        return host.exec(
                "bash",
                "-c",
                "exec 3<>/dev/tcp/127.0.0.1/" + app.port
                        + "; printf 'GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n' >&3; cat <&3");
    }

    String step(App app) {
        var plan = agent.status(app.name).plan();
        return plan == null
                ? ""
                : plan.stream()
                        .filter(step -> app.unit().equals(step.unit()))
                        .map(step -> step.action() + " (" + step.disruption() + "): " + step.because())
                        .findFirst()
                        .orElse("");
    }

    /// The agent is killed: nothing but its disk is left of it.
    void restartAgent() throws Exception {
        agent.restartAgent();
    }

    /// Pulls the plug, and boots the same disk again.
    void powerLoss() throws Exception {
        agent.close();
        systemd.close();
        host.kill();
        host.bootAgain();
        systemd = DbusSystemd.open(host.systemBus());
        agent = agent.on(host.path("/"), systemd);
    }

    @Override
    public void close() throws Exception {
        agent.close();
        systemd.close();
        host.close();
    }
}
