package dev.underway.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import dev.underway.testing.load.Load;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The counting load client ([Load]) in a process of its own, inside a host's network, against the host's 127.0.0.1.
public final class HostLoad implements AutoCloseable {
    private static final int LONGEST_SECONDS = 600;

    /// 4 clients each that connect for every request and that keep their connections, answered at once and after 80 ms.
    public static final List<String> EVERY_SORT = List.of("new:4:0", "kept:4:0", "new:4:80", "kept:4:80");

    private final Process process;

    private HostLoad(Process process) {
        this.process = process;
    }

    /// @param groups as of [Load], such as `new:4:0`
    public static HostLoad on(TestHost host, int port, List<String> groups) {
        var command = new ArrayList<>(List.of(
                "nsenter",
                "--net",
                "--target=" + host.pid(),
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                Load.class.getProtectionDomain().getCodeSource().getLocation().getPath(),
                Load.class.getName(),
                "--seconds",
                Integer.toString(LONGEST_SECONDS),
                "--port",
                Integer.toString(port)));
        groups.forEach(group -> command.addAll(List.of("--group", group)));
        try {
            var process = new ProcessBuilder(command).start();
            var said = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
            var first = said.readLine();
            if (!"load: running".equals(first)) {
                throw new IllegalStateException("the load client did not start: " + first);
            }
            return new HostLoad(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A change begins.
    public void during() {
        say("during");
    }

    /// The change is over.
    public void between() {
        say("between");
    }

    private void say(String window) {
        try {
            process.getOutputStream().write((window + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Ends the load and gives what it counted.
    public Counted stop() {
        try {
            process.getOutputStream().close();
            var json = Codec.JSON.readTree(process.getInputStream().readAllBytes());
            if (!process.waitFor(1, TimeUnit.MINUTES) || json.isEmpty()) {
                throw new IllegalStateException("the load client gave no report");
            }
            return new Counted(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// What the load client saw; `report` is the whole of it.
    public record Counted(JsonNode report) {
        public long requests() {
            return report.get("requests").asLong();
        }

        public long failed() {
            return report.get("failed").asLong();
        }

        /// How many requests of one kind of failure: `refused`, `reset`, `timeout`, `short`, `status` or `local`.
        public long failed(String kind) {
            return report.get("failures").path(kind).asLong();
        }

        /// Failed requests of the clients that connect for each (`new`), or of those that keep connections (`kept`).
        public long failedOf(String connections) {
            return ofGroups(connections, "failed");
        }

        /// Those of them that failed also when they were asked once more.
        public long failedTwiceOf(String connections) {
            return ofGroups(connections, "failedAfterRetry");
        }

        private long ofGroups(String connections, String count) {
            return report.get("groups").properties().stream()
                    .filter(group -> group.getKey().startsWith(connections + ":"))
                    .mapToLong(group -> group.getValue().get(count).asLong())
                    .sum();
        }

        /// The first lines of the answers, which name the processes that gave them.
        public List<String> answerers() {
            var names = new ArrayList<String>();
            report.get("answeredBy").fieldNames().forEachRemaining(names::add);
            return List.copyOf(names);
        }

        /// Requests that were under way in a window: `during`, `between`, `unmarked` or `all`.
        public long answered(String window) {
            return report.get("latency").path(window).path("count").asLong();
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
