package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.testing.KubectlProgram;
import dev.underway.testing.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `deploy/quickstart` left running, stopped, and interrupted. That it ends by itself is what `deploy/verify` looks at.
@Tag("e2e")
class QuickstartTest {
    private static final Duration LONG = Duration.ofMinutes(3);
    private static final String MARK = "QUICKSTART_TEST";

    private final String mark = UUID.randomUUID().toString();

    @TempDir
    Path directory;

    @AfterEach
    void nothingIsLeft() throws Exception {
        quickstart("--stop").run();
        assertThat(left()).isEmpty();
    }

    @Test
    void isInterruptedWhileHostsBootAndLeavesNothingBehind() throws Exception {
        var output = directory.resolve("output");
        // Where these tests run in the background of a shell, Ctrl-C is ignored, and what is ignored no script can
        // trap.
        var builder = new ProcessBuilder("env", "--default-signal=INT", "deploy/quickstart", "--hosts", "2")
                .redirectErrorStream(true);
        builder.redirectOutput(output.toFile()).environment().put(MARK, mark);
        builder.environment().put("TMPDIR", directory.toString());
        var running = builder.start();
        await().atMost(LONG)
                .failFast("quickstart has ended", () -> !running.isAlive())
                .until(() -> mounts().stream().anyMatch(m -> m.startsWith("underway-web")));
        assertThat(left()).isNotEmpty();

        Program.of("kill", "-INT", Long.toString(running.pid())).run().orFail();

        assertThat(running.waitFor()).isEqualTo(130);
        assertThat(Files.readAllLines(output).getLast()).isEqualTo("quickstart: FAILED at booting 2 hosts");
        assertThat(left()).isEmpty();
    }

    @Test
    void isKeptAndUsedAndStopped() throws Exception {
        var kept = quickstart("--keep", "--hosts", "1").run().orFail().output();

        assertThat(kept.lines().toList().getLast()).startsWith("quickstart: OK 1 hosts; ");
        var kubeconfig = kept.lines()
                .filter(l -> l.contains("export KUBECONFIG="))
                .map(l -> l.replaceAll(".*export KUBECONFIG=", ""))
                .findFirst()
                .orElseThrow();
        assertThat(Program.of(KubectlProgram.path().toString(), "--kubeconfig", kubeconfig, "get", "hosts")
                        .run()
                        .orFail()
                        .output())
                .containsPattern("web1 +True");
        var second = quickstart().run();
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.errors())
                .isEqualTo("quickstart: one runs already; end it with 'deploy/quickstart --stop'.\n");
        assertThat(quickstart("--stop").run().orFail().output()).isEqualTo("quickstart: stopped\n");
        assertThat(left()).isEmpty();
    }

    private Program quickstart(String... options) {
        return Program.of("deploy/quickstart", options)
                .where("TMPDIR", directory.toString())
                .where(MARK, mark)
                .within(LONG);
    }

    /// What is there of a quickstart of this test: its files, its hosts' disks and links, its processes.
    private List<String> left() throws IOException {
        var left = new ArrayList<String>();
        var files = directory.resolve("underway-quickstart");
        if (Files.exists(files)) {
            left.add(files.toString());
        }
        mounts().stream().filter(m -> m.startsWith("underway-web")).forEach(left::add);
        try (var links = Files.list(Path.of("/sys/class/net"))) {
            links.map(link -> link.getFileName().toString())
                    .filter(link -> link.startsWith("vb-web"))
                    .forEach(left::add);
        }
        try (var processes = ProcessHandle.allProcesses()) {
            processes
                    .filter(p -> environment(p).contains(MARK + "=" + mark))
                    .map(p -> p.info().commandLine().orElse("process " + p.pid()))
                    .forEach(left::add);
        }
        return left;
    }

    private static List<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts"));
    }

    /// Empty for a process that is gone.
    private static String environment(ProcessHandle process) {
        try {
            return Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }
}
