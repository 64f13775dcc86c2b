package dev.underway.testing.bench;

import dev.underway.testing.ApiClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/// Measures one server under many simulated agents and prints a line `what|value` for each measurement, and `at: …`
/// for what comes next. `deploy/bench fleet` starts the server and runs this from its source with the packaged agent
/// on the class path.
///
/// ```
/// java -cp 'target/agent/app/*:…' …/FleetBench.java SERVER STATE-DIRECTORY PID-OF-THE-SERVER HOSTS
/// ```
public final class FleetBench {
    private static final Duration IDLE = Duration.ofSeconds(60);
    private static final Duration CALM = Duration.ofSeconds(5);
    private static final Duration BETWEEN_READS = Duration.ofMillis(300);
    private static final SimulatedHost.Pace PACE =
            new SimulatedHost.Pace(Duration.ofMillis(200), Duration.ofMillis(1500));

    private final ServerUsage.Of server;
    private final FleetTrial trial;

    private FleetBench(ServerUsage.Of server, FleetTrial trial) {
        this.server = server;
        this.trial = trial;
    }

    public static void main(String... words) throws Exception {
        var state = Path.of(words[1]);
        var hosts = Integer.parseInt(words[3]);
        at("enrolling");
        try (var trial = FleetTrial.of(URI.create(words[0]), state, "bench", hosts, PACE)) {
            row("enrolments a second", "%.0f", trial.enrolmentsPerSecond());
            new FleetBench(new ServerUsage.Of(Long.parseLong(words[2]), state), trial).measure();
            // Not one by one: that takes as long as to connect.
            System.exit(0);
        }
    }

    private void measure() throws Exception {
        at("connecting");
        var before = server.usage();
        var begin = System.nanoTime();
        trial.connect();
        row(
                "connections made a second, TLS 1.3, certificates on both sides",
                "%.0f",
                trial.hosts() / ((System.nanoTime() - begin) / 1e9));
        row("— CPU of server, PostgreSQL, clients", "%s", server.usage().secondsSince(before));

        at("first UnitSet");
        var first = trial.change("100%");
        row(
                "the first UnitSet: until all hosts are told; are well",
                "%.1f; %.1f s",
                first.told().greatest(),
                first.well().greatest());

        at("idle");
        Thread.sleep(CALM);
        before = server.usage();
        Thread.sleep(IDLE);
        var idle = server.usage();
        row("idle for 60 s: CPU of server, PostgreSQL, clients", "%s", idle.percentSince(before));
        row("— transactions, WAL", "%s", idle.writtenSince(before));
        row(
                "— server Rss, of it live heap; PostgreSQL",
                "%.0f, %.0f; %.0f MiB",
                server.resident()[0],
                server.heap(),
                server.postgresMemory());

        at("a change to all at once");
        before = server.usage();
        var all = trial.change("100%");
        var after = server.usage();
        row(
                "a change, maxUnavailable 100 %: each host told, median, p99, last",
                "%s", all.told().in("%.1f s"));
        row("— each host well", "%s", all.well().in("%.1f s"));
        row("— until the UnitSet says that all are well", "%.1f s", all.said());
        row("— CPU of server, PostgreSQL, clients", "%s", after.secondsSince(before));
        row("— transactions, WAL", "%s", after.writtenSince(before));

        at("a rollout with a budget of 10 %");
        before = server.usage();
        var rollout = trial.change("10%");
        after = server.usage();
        row(
                "a change, maxUnavailable 10 %: until all hosts are well",
                "%.1f s", rollout.well().greatest());
        row("— hosts a second", "%.0f", trial.hosts() / rollout.well().greatest());
        row("— CPU of server, PostgreSQL, clients", "%s", after.secondsSince(before));
        row("— transactions, WAL", "%s", after.writtenSince(before));

        at("the same, while the fleet is listed");
        var reads = new Reads(trial);
        var read = trial.changeWhile("10%", () -> reads.once(BETWEEN_READS));
        row(
                "the same while the fleet is listed: until all hosts are well",
                "%.1f s",
                read.well().greatest());
        reads.print();

        row("server Rss at its highest", "%.0f MiB", server.resident()[1]);
        row("connections lost; reports that the server put off", "%d; %d", trial.lost(), trial.putOff());
    }

    /// What people ask of the fleet while it moves, and how long each answer took.
    private static final class Reads {
        private final FleetTrial trial;
        private final List<Double> hosts = new ArrayList<>();
        private final List<Double> assignments = new ArrayList<>();
        private final List<Double> pages = new ArrayList<>();
        private final List<Double> one = new ArrayList<>();

        Reads(FleetTrial trial) {
            this.trial = trial;
        }

        void once(Duration pause) throws Exception {
            timed(hosts, trial::listHosts);
            Thread.sleep(pause);
            int first = pages.size();
            for (var next = ""; pages.size() == first || !next.isEmpty(); ) {
                var from = next;
                next = FleetTrial.next(timed(pages, () -> trial.listAssignments(from)));
            }
            assignments.add(pages.subList(first, pages.size()).stream()
                    .mapToDouble(Double::doubleValue)
                    .sum());
            Thread.sleep(pause);
            timed(one, trial::listAssignmentsOfOneHost);
            Thread.sleep(pause);
        }

        private static ApiClient.Answer timed(List<Double> millis, Callable<ApiClient.Answer> call) throws Exception {
            var begin = System.nanoTime();
            var answer = call.call();
            millis.add((System.nanoTime() - begin) / 1e6);
            return answer;
        }

        void print() {
            print("— list of all hosts as a Table: median, p99, longest", hosts);
            print(
                    "— get assignments -l for all hosts as kubectl does it, pages of 500: median, p99, longest",
                    assignments);
            print("— one of these pages: median, p99, longest", pages);
            print("— get assignments -l for one host: median, p99, longest", one);
        }

        private static void print(String what, List<Double> millis) {
            var spread =
                    Spread.of(millis.stream().mapToDouble(Double::doubleValue).toArray());
            row(what, "%s of %d", spread.in("%.0f ms"), spread.count());
        }
    }

    private static void at(String what) {
        System.out.println("at: " + what);
    }

    private static void row(String what, String format, Object... values) {
        System.out.println(what + "|" + String.format(Locale.ROOT, format, values));
    }
}
