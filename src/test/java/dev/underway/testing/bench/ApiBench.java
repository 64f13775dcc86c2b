package dev.underway.testing.bench;

import dev.underway.testing.ApiClient;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// Measures the server's API and prints a line for each measurement. `deploy/bench api` starts the server, runs this
/// from its source with the packaged agent on the class path, and says what the server's memory was at each `at:`.
///
/// ```
/// java -cp 'target/agent/app/*:target/agent/lib/main/*:target/agent/lib/boot/*' …/ApiBench.java \
///     SERVER STATE-DIRECTORY SCRATCH HOSTS WATCHERS REPORTERS
/// ```
public final class ApiBench {
    private static final String GROUP = "/apis/underway.dev/v1alpha1";
    private static final String HOSTS = GROUP + "/hosts";
    private static final String SETS = GROUP + "/namespaces/default/unitsets";
    private static final String TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1,application/json";
    private static final String[] AS_JSON = {"Content-Type", "application/json"};
    private static final int WRITERS = 16;
    private static final int TIMES = 10;
    private static final int CHANGES = 20;
    private static final int ROUNDS = 20;

    private final URI server;
    private final Path stateDirectory;
    private final ApiClient api;

    private ApiBench(URI server, Path stateDirectory) throws Exception {
        this.server = server;
        this.stateDirectory = stateDirectory;
        this.api = ApiClient.of(server, stateDirectory);
    }

    public static void main(String... words) throws Exception {
        var bench = new ApiBench(URI.create(words[0]), Path.of(words[1]));
        int hosts = Integer.parseInt(words[3]);
        bench.create(hosts);
        bench.read(hosts);
        bench.tell(hosts);
        bench.report(Path.of(words[2]), Integer.parseInt(words[5]));
        bench.fanOut(Integer.parseInt(words[4]));
    }

    private void create(int hosts) throws Exception {
        var begin = System.nanoTime();
        inParallel(hosts, i -> {
            var labels = "{\"role\":\"bench\",\"zone\":\"z%d\"}".formatted(i % 10);
            return api.send("POST", HOSTS, """
                    {"apiVersion":"underway.dev/v1alpha1","kind":"Host",
                     "metadata":{"name":"bench-%05d","labels":%s}}""".formatted(i, labels), AS_JSON);
        });
        rate("creations of hosts, " + WRITERS + " clients", hosts, System.nanoTime() - begin);

        begin = System.nanoTime();
        inParallel(
                hosts,
                i -> api.send(
                        "PATCH",
                        HOSTS + "/bench-%05d".formatted(i),
                        "{\"metadata\":{\"labels\":{\"rack\":\"r%d\"}}}".formatted(i % 100),
                        "Content-Type",
                        "application/merge-patch+json"));
        rate("changes of hosts, " + WRITERS + " clients", hosts, System.nanoTime() - begin);
        memory(hosts + " hosts are stored");
    }

    private void read(int hosts) throws Exception {
        times("get one host", () -> api.get(HOSTS + "/bench-00042"));
        times("list of " + hosts + " hosts, as JSON", () -> api.get(HOSTS));
        times("list of " + hosts + " hosts, as a Table", () -> api.send("GET", HOSTS, "", "Accept", TABLE));
        times(
                "list of " + hosts + " hosts, as a Table, first page of 500",
                () -> api.send("GET", HOSTS + "?limit=500", "", "Accept", TABLE));
        times(
                "list of those in one of ten zones, as a Table",
                () -> api.send("GET", HOSTS + "?labelSelector=zone%3Dz3", "", "Accept", TABLE));
        memory("they were listed");
    }

    /// From the acknowledged write of a UnitSet until every host has its assignment.
    private void tell(int hosts) throws Exception {
        var begin = System.nanoTime();
        expect(api.send("POST", SETS, """
                {"apiVersion":"underway.dev/v1alpha1","kind":"UnitSet","metadata":{"name":"bench"},
                 "spec":{"selector":{"matchLabels":{"role":"bench"}},
                         "units":[{"name":"bench.service","content":"[Service]\\nExecStart=/bin/sleep infinity\\n"}]}}
                """, AS_JSON));
        var accepted = System.nanoTime();
        System.out.printf(
                Locale.ROOT,
                "apply of a UnitSet that concerns %d hosts, forecast included: %.0f ms%n",
                hosts,
                (accepted - begin) / 1e6);
        long remaining;
        do {
            Thread.sleep(100);
            var page =
                    api.get(GROUP + "/namespaces/default/assignments?limit=1").json();
            remaining = hosts
                    - page.path("items").size()
                    - page.at("/metadata/remainingItemCount").asLong();
        } while (remaining > 0);
        System.out.printf(
                Locale.ROOT, "until all of them have their assignment: %.1f s%n", (System.nanoTime() - accepted) / 1e9);
        memory("all have an assignment");
    }

    private void report(Path scratch, int reporters) throws Exception {
        var token = api.send(
                        "POST",
                        "/underway/v1/join-tokens",
                        "{\"uses\":%d,\"labels\":{\"role\":\"bench\"}}".formatted(reporters),
                        AS_JSON)
                .json()
                .path("token")
                .asText();
        var begin = System.nanoTime();
        try (var joined = Reporters.join(server, token, "reporter-", reporters, scratch)) {
            rate("enrolments, each with its first desired state", reporters, System.nanoTime() - begin);
            rate("reports of " + reporters + " hosts", reporters * ROUNDS, joined.report(ROUNDS));
        }
        memory("they have reported");
    }

    private void fanOut(int watchers) throws Exception {
        var begin = System.nanoTime();
        var tls = ApiClient.trusting(stateDirectory);
        var path = HOSTS + "?watch=true&allowWatchBookmarks=true&resourceVersion="
                + api.get(HOSTS + "?limit=1")
                        .json()
                        .at("/metadata/resourceVersion")
                        .asText();
        try (var all = Watchers.open(server, tls, ApiClient.token(stateDirectory), path, watchers)) {
            System.out.printf(
                    Locale.ROOT,
                    "%d of %d watches begun in %.1f s%n",
                    all.alive(),
                    watchers,
                    (System.nanoTime() - begin) / 1e9);
            memory(watchers + " watch");
            var millis = new ArrayList<Double>();
            for (int i = 0; i < CHANGES; i++) {
                var mark = "m" + i;
                expect(api.send(
                        "PATCH",
                        HOSTS + "/bench-00000",
                        "{\"metadata\":{\"labels\":{\"bench\":\"%s\"}}}".formatted(mark),
                        "Content-Type",
                        "application/merge-patch+json"));
                var written = System.nanoTime();
                var deadline = written + 30_000_000_000L;
                while (all.seen(mark) < all.alive() && System.nanoTime() < deadline) {
                    Thread.sleep(2);
                }
                if (all.seen(mark) != all.alive()) {
                    System.out.printf("LOST: %d of %d watchers saw change %d%n", all.seen(mark), all.alive(), i);
                }
                millis.add(Math.max(0, all.lastAt(mark) - written) / 1e6);
            }
            System.out.println("from an answered change until the last of " + all.alive() + " watchers has it: "
                    + summary(millis, "ms"));
            System.out.println("watches that were lost: " + (watchers - all.alive()));
            memory("they were told of " + CHANGES + " changes");
        }
    }

    private interface Call {
        ApiClient.Answer of(int i) throws Exception;
    }

    private static void inParallel(int count, Call call) throws Exception {
        var next = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(WRITERS)) {
            Callable<Void> writer = () -> {
                for (int i; (i = next.getAndIncrement()) < count; ) {
                    expect(call.of(i));
                }
                return null;
            };
            for (var done : threads.invokeAll(java.util.Collections.nCopies(WRITERS, writer))) {
                done.get();
            }
        }
    }

    private static void times(String what, Callable<ApiClient.Answer> call) throws Exception {
        var millis = new ArrayList<Double>();
        int bytes = 0;
        expect(call.call());
        for (int i = 0; i < TIMES; i++) {
            var begin = System.nanoTime();
            bytes = expect(call.call()).body().length();
            millis.add((System.nanoTime() - begin) / 1e6);
        }
        System.out.printf(Locale.ROOT, "%s: %s, %.1f KiB%n", what, summary(millis, "ms"), bytes / 1024.0);
    }

    private static ApiClient.Answer expect(ApiClient.Answer answer) {
        if (answer.code() / 100 != 2) {
            throw new IllegalStateException("answered " + answer.code() + ": " + answer.body());
        }
        return answer;
    }

    private static void rate(String what, int count, long nanos) {
        System.out.printf(
                Locale.ROOT, "%s: %d in %.1f s, %.0f a second%n", what, count, nanos / 1e9, count / (nanos / 1e9));
    }

    private static String summary(List<Double> values, String unit) {
        var sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return String.format(
                Locale.ROOT,
                "median %.1f %s, longest %.1f %s of %d",
                sorted[sorted.length / 2],
                unit,
                Arrays.stream(sorted).max().orElse(0),
                unit,
                sorted.length);
    }

    /// Asks the script for the server's memory, and goes on when it has been read.
    private static void memory(String when) throws Exception {
        System.out.println("at: " + when);
        System.in.read();
    }
}
