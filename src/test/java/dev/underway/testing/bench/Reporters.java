package dev.underway.testing.bench;

import dev.underway.agent.fetch.Enroller;
import dev.underway.agent.fetch.JoinToken;
import dev.underway.agent.fetch.ServerClient;
import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import dev.underway.wire.DesiredState;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Agents that do nothing but report: the agent's own client, with an identity each.
final class Reporters implements AutoCloseable {
    private final List<Reporter> all;

    private Reporters(List<Reporter> all) {
        this.all = all;
    }

    private record Reporter(
            StateDirectory state, ServerClient client, String machine, List<DesiredState.Entry> assignments) {
        /// Another status in each round, as of a service that was restarted.
        void report(int round) throws Exception {
            client.report(AgentReports.of(machine, 0, null, assignments, AgentReports.Health.WELL, round));
        }
    }

    /// Joins hosts `prefix0`, `prefix1` … and waits for the desired state of each.
    static Reporters join(URI server, String token, String prefix, int count, Path directory) throws Exception {
        try (var threads = Executors.newFixedThreadPool(8)) {
            var joining = new ArrayList<Callable<Reporter>>();
            for (int i = 0; i < count; i++) {
                var name = prefix + i;
                joining.add(() -> one(server, token, name, directory.resolve(name)));
            }
            var all = new ArrayList<Reporter>();
            for (var joined : threads.invokeAll(joining)) {
                all.add(joined.get());
            }
            return new Reporters(all);
        }
    }

    private static Reporter one(URI server, String token, String name, Path directory) throws Exception {
        var state = StateDirectory.open(directory);
        var machine = "%064x".formatted(name.hashCode() & 0xffffffffL);
        var identity = Enroller.enrol(
                server, JoinToken.parse(token), new Enroller.Machine(name, machine, Map.of(), Map.of()), state);
        var client = new ServerClient(server, identity, machine);
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        var etag = "";
        while (System.nanoTime() < deadline) {
            var answer = client.desiredState(etag, Duration.ofSeconds(10));
            if (answer.isPresent()) {
                etag = answer.get().etag();
                var document = Codec.read(answer.get().document(), DesiredState.class);
                if (!document.assignments().isEmpty()) {
                    return new Reporter(state, client, machine, document.assignments());
                }
            }
        }
        throw new IllegalStateException(name + " was told nothing within 60 s");
    }

    /// Every host reports `rounds` times, each as fast as it is answered; answers how long all of it took, in
    /// nanoseconds.
    long report(int rounds) throws Exception {
        var begin = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var reporting = new ArrayList<Callable<Void>>();
            for (var reporter : all) {
                reporting.add(() -> {
                    for (int round = 0; round < rounds; round++) {
                        reporter.report(round);
                    }
                    return null;
                });
            }
            for (var done : threads.invokeAll(reporting)) {
                done.get();
            }
        }
        return System.nanoTime() - begin;
    }

    @Override
    public void close() throws Exception {
        for (var reporter : all) {
            reporter.client.close();
            reporter.state.close();
        }
    }
}
