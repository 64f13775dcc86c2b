package dev.underway.testing.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// A load client that counts: every request that is not answered whole, well and in time is a failure, and none is
/// asked again in silence.
///
/// It runs from its source, without any library, so that `deploy/bench` and `deploy/quickstart` need no test classes,
/// and in
/// a host's network namespace, so that it reaches the host's loopback:
/// ```
/// nsenter --net --target=PID java src/test/java/dev/underway/testing/load/Load.java \
///     --port 8080 --group new:4:0 --group kept:4:0 --group new:4:80 --group kept:4:80
/// ```
/// A group is the sort of connection, how many clients, how many milliseconds the server shall take (`?ms=`), and what
/// is spoken if it is not HTTP ([Speech]), such as `kept:2:0:redis`. Standard
/// input says when a change begins (`during`) and when it is over (`between`); its end, SIGTERM or `--seconds` ends the
/// load. Then
/// one line of JSON is printed ([Report]). `load: running` goes to standard
/// error when it starts.
public final class Load {
    /// One more than the longest time a request may take.
    private static final int GRACE_SECONDS = 1;

    private final Options options;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile Window window = Window.UNMARKED;
    private volatile boolean goOn = true;

    private Load(Options options) {
        this.options = options;
    }

    public static void main(String... words) throws Exception {
        var load = new Load(Options.parse(words));
        var main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            load.end.countDown();
            try {
                main.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        Thread.ofVirtual().start(load::listen);
        System.out.println(load.run());
    }

    private void listen() {
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                window = Window.valueOf(line.strip().toUpperCase(Locale.ROOT));
            }
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("load: say 'during' or 'between': " + e.getMessage());
        }
        end.countDown();
    }

    private String run() throws InterruptedException, ExecutionException {
        long from = System.nanoTime();
        var running = new LinkedHashMap<Group, ArrayList<Future<Tally>>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var group : options.groups()) {
                var futures = running.computeIfAbsent(group, _ -> new ArrayList<>());
                for (int i = 0; i < group.clients(); i++) {
                    var client = new Client(group, options, () -> window);
                    futures.add(threads.submit(() -> client.run(() -> goOn)));
                }
            }
            System.err.println("load: running");
            boolean _ = end.await(options.seconds(), TimeUnit.SECONDS);
            goOn = false;
            threads.shutdown();
            boolean _ = threads.awaitTermination(
                    2L * options.timeoutMillis() + GRACE_SECONDS * 1000, TimeUnit.MILLISECONDS);
        }
        double seconds = (System.nanoTime() - from) / 1e9;
        var tallies = new LinkedHashMap<Group, Tally>();
        for (var each : running.entrySet()) {
            var sum = new Tally();
            for (var future : each.getValue()) {
                sum.addAll(future.get());
            }
            tallies.put(each.getKey(), sum);
        }
        return Report.json(seconds, tallies);
    }
}
