package dev.underway.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.UnitSet;
import dev.underway.testing.Kubectl;
import dev.underway.testing.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/// The packaged server and some joined hosts, as `deploy/lib/fleet` makes them; gone after [#close] or with the JVM.
final class Fleet implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(90);

    private final Path directory;
    private final Map<String, String> where;
    private final List<TestHost> hosts = Collections.synchronizedList(new ArrayList<>());
    private final Thread removal = new Thread(this::remove);

    private Fleet(Path directory) {
        this.directory = directory;
        Runtime.getRuntime().addShutdownHook(removal);
        script("make", directory.toString());
        this.where = variables(script("where", directory.toString()));
    }

    /// A running server and `count` hosts, joined with the label `fleet=e2e`.
    static Fleet of(int count) {
        try {
            var fleet = new Fleet(Files.createTempDirectory("underway-e2e-").resolve("fleet"));
            fleet.startServer();
            try (var all = Executors.newVirtualThreadPerTaskExecutor()) {
                Callable<TestHost> one = fleet::join;
                for (var booting : all.invokeAll(Collections.nCopies(count, one))) {
                    fleet.hosts.add(booting.get());
                }
            }
            return fleet;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /// Boots one more host and joins it.
    TestHost join() {
        var host = bootOnly();
        script("join", directory.toString(), host.name(), "fleet=e2e");
        return host;
    }

    /// Boots a host on the fleet's network that has not joined.
    TestHost bootOnly() {
        return TestHost.boot(script("options", directory.toString()).strip().split(" "));
    }

    TestHost host() {
        return hosts.getFirst();
    }

    List<TestHost> hosts() {
        return List.copyOf(hosts);
    }

    void startServer() {
        script("server", directory.toString(), "start");
    }

    void stopServer() {
        script("server", directory.toString(), "stop");
    }

    /// URL of the server.
    String server() {
        return where.get("SERVER");
    }

    Path stateDirectory() {
        return directory.resolve("server");
    }

    Kubectl kubectl() {
        return Kubectl.with(Path.of(where.get("KUBECONFIG")), directory.resolve("home"));
    }

    /// What `underway` says to standard output; fails when it does.
    String underway(String... arguments) {
        var command = new ArrayList<>(List.of("deploy/underway"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--kubeconfig", where.get("KUBECONFIG")));
        return run(command);
    }

    /// Applies a manifest and waits until every host says that it runs this generation of it and that it works.
    void converge(String manifest) {
        apply(manifest);
        awaitSettled(nameOf(manifest));
    }

    void apply(String manifest) {
        var said = kubectl().runWith(manifest, "apply", "-f", "-");
        if (said.exit() != 0) {
            throw new AssertionError(said.err());
        }
    }

    void awaitSettled(String unitSet) {
        Awaitility.await("UnitSet " + unitSet + " on every host")
                .atMost(LONGEST)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> {
                    var set = Codec.read(get("unitset", unitSet).orElseThrow(), UnitSet.class);
                    var status = set.status();
                    if (status == null
                            || !set.metadata().generation().equals(status.observedGeneration())
                            || status.healthy() == null
                            || status.healthy() != hosts.size()) {
                        throw new AssertionError(explain(unitSet));
                    }
                });
    }

    /// Waits until the host says with `reason` that it is not synced or not healthy, and gives the message.
    String awaitTrouble(String unitSet, TestHost host, String reason) {
        return Awaitility.await(unitSet + " on " + host.name() + " is " + reason)
                .atMost(LONGEST)
                .pollInterval(Duration.ofMillis(100))
                .until(
                        () -> assignment(unitSet, host).stream()
                                .flatMap(Fleet::conditions)
                                .filter(c -> c.status() != Condition.Status.True
                                        && c.reason().equals(reason))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow()
                .message();
    }

    private static Stream<Condition> conditions(Assignment assignment) {
        var status = assignment.status();
        var current = status != null
                && status.conditions() != null
                && assignment.metadata().generation().equals(status.observedGeneration());
        return current ? status.conditions().stream() : Stream.empty();
    }

    /// Deletes a UnitSet and waits until it and its assignments are gone, so that the hosts are clean.
    void delete(String unitSet) {
        kubectl().run("delete", "unitset", unitSet, "--ignore-not-found", "--wait=false");
        Awaitility.await("UnitSet " + unitSet + " is gone from every host")
                .atMost(LONGEST)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> hosts.stream().allMatch(h -> assignment(unitSet, h).isEmpty()));
    }

    Optional<Assignment> assignment(String unitSet, TestHost host) {
        return get("assignment", Assignment.name(unitSet, host.name())).map(o -> Codec.read(o, Assignment.class));
    }

    /// The actions of the last plan of a host that did something, such as `[Write, Reload hello.service]`.
    List<String> plan(String unitSet, TestHost host) {
        return assignment(unitSet, host).orElseThrow().status().plan().stream()
                .map(s -> s.unit() == null ? s.action() : s.action() + " " + s.unit())
                .toList();
    }

    private Optional<JsonNode> get(String kind, String name) {
        var said = kubectl().run("get", kind, name, "-o", "json", "--ignore-not-found");
        try {
            return said.out().isBlank() ? Optional.empty() : Optional.of(Codec.JSON.readTree(said.out()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String explain(String unitSet) {
        var status = kubectl().run("get", "unitset,assignments", "-o", "yaml").out();
        return "UnitSet " + unitSet + " has not settled:\n" + status;
    }

    private static String nameOf(String manifest) {
        return manifest.lines()
                .filter(l -> l.startsWith("metadata: {name: "))
                .map(l -> l.replaceAll("metadata: \\{name: ([-a-z0-9]+).*", "$1"))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(removal);
        hosts.forEach(TestHost::close);
        remove();
    }

    private void remove() {
        script("down", directory.toString());
    }

    private static Map<String, String> variables(String text) {
        var variables = new HashMap<String, String>();
        text.lines().map(l -> l.split("=", 2)).forEach(pair -> variables.put(pair[0], pair[1]));
        return variables;
    }

    private static String script(String... arguments) {
        var command = new ArrayList<>(List.of("deploy/lib/fleet"));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private static String run(List<String> command) {
        try {
            var errors = Files.createTempFile("fleet", ".err");
            var process = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectError(errors.toFile())
                    .start();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed: " + Files.readString(errors));
            }
            Files.delete(errors);
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
