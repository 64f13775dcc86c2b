package dev.underway.e2e;

import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.UnitSet;
import dev.underway.testing.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/// Hosts of the shared [Server] that belong to one test class: booted, joined, and picked by a label of their own. In a
/// manifest `GROUP` stands for the label's value. Gone after [#close].
final class Fleet implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(90);
    private static final Pattern NAME =
            Pattern.compile("^metadata:(?: \\{|\\R(?: {2}.*\\R)*? {2})name: ([-a-z0-9]+)", Pattern.MULTILINE);
    private static final AtomicInteger GROUPS = new AtomicInteger();

    private final Server server = Server.shared();
    private final String group = "g" + GROUPS.incrementAndGet();
    private final List<TestHost> hosts = new ArrayList<>();
    private final Set<String> applied = new TreeSet<>();

    private Fleet() {}

    /// @param labels that the hosts have besides their group's, such as `role=web`
    static Fleet of(int count, String... labels) {
        var fleet = new Fleet();
        try (var all = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<TestHost> one = () -> fleet.join(labels);
            for (var booting : all.invokeAll(Collections.nCopies(count, one))) {
                fleet.hosts.add(booting.get());
            }
            return fleet;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private TestHost join(String... labels) {
        var host = bootOnly();
        var arguments = new ArrayList<>(List.of(host.name(), "fleet=" + group));
        arguments.addAll(List.of(labels));
        server.script("join", arguments.toArray(String[]::new));
        return host;
    }

    /// Boots a host on the fleet's network that has not joined.
    TestHost bootOnly() {
        return TestHost.boot(server.script("options").strip().split(" "));
    }

    Server server() {
        return server;
    }

    TestHost host() {
        return hosts.getFirst();
    }

    List<TestHost> hosts() {
        return List.copyOf(hosts);
    }

    /// Applies a manifest and waits until every host says that it runs this generation of it and that it works.
    void converge(String manifest) {
        apply(manifest);
        awaitSettled(nameOf(manifest));
    }

    /// The manifest with the label's value of this fleet.
    String inGroup(String manifest) {
        return manifest.replace("GROUP", group);
    }

    void apply(String manifest) {
        names(manifest).forEach(applied::add);
        var said = server.kubectl().runWith(inGroup(manifest), "apply", "-f", "-");
        if (said.exit() != 0) {
            throw new AssertionError(said.err());
        }
    }

    void awaitSettled(String unitSet) {
        Awaitility.await("UnitSet " + unitSet + " on every host")
                .atMost(LONGEST)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> {
                    var set = Codec.read(server.get("unitset", unitSet).orElseThrow(), UnitSet.class);
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
        server.kubectl().run("delete", "unitset", unitSet, "--ignore-not-found", "--wait=false");
        Awaitility.await("UnitSet " + unitSet + " is gone from every host")
                .atMost(LONGEST)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> hosts.stream().allMatch(h -> assignment(unitSet, h).isEmpty()));
    }

    Optional<Assignment> assignment(String unitSet, TestHost host) {
        return server.get("assignment", Assignment.name(unitSet, host.name()))
                .map(o -> Codec.read(o, Assignment.class));
    }

    /// The actions of the last plan of a host that did something, such as `[Write, Reload hello.service]`.
    List<String> plan(String unitSet, TestHost host) {
        return assignment(unitSet, host).orElseThrow().status().plan().stream()
                .map(s -> s.unit() == null ? s.action() : s.action() + " " + s.unit())
                .toList();
    }

    private String explain(String unitSet) {
        var status =
                server.kubectl().run("get", "unitset,assignments", "-o", "yaml").out();
        return "UnitSet " + unitSet + " has not settled:\n" + status;
    }

    private static String nameOf(String manifest) {
        return names(manifest).findFirst().orElseThrow();
    }

    private static Stream<String> names(String manifest) {
        return NAME.matcher(manifest).results().map(name -> name.group(1));
    }

    /// UnitSets go too: what failed in one class is not rolled out again in the next by the same name.
    @Override
    public void close() {
        hosts.forEach(TestHost::close);
        hosts.forEach(host -> server.kubectl().run("delete", "host", host.name(), "--ignore-not-found"));
        applied.forEach(set -> server.kubectl().run("delete", "unitset", set, "--ignore-not-found", "--timeout=30s"));
    }
}
