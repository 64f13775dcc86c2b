package dev.underway.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.host.HostRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Which process is ended, and above all which is not, with real processes of this machine.
class LostProcessTest {
    private final LostProcess lost = new LostProcess(HostRoot.SYSTEM);
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    private Process process() throws Exception {
        var process = new ProcessBuilder("sleep", "600").start();
        started.add(process);
        return process;
    }

    /// What this process is in, and so all that it starts.
    private static Set<String> group() throws Exception {
        var line = Files.readAllLines(Path.of("/proc/self/cgroup")).getFirst();
        return Set.of(line.substring(line.lastIndexOf('/') + 1), "web-1.service");
    }

    @Test
    void endsTheOlderProcessOfTheUnit() throws Exception {
        var old = process();
        var successor = process();

        assertThat(lost.end(old.pid(), group(), successor.pid())).isTrue();

        assertThat(old.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(successor.isAlive()).isTrue();
    }

    @Test
    void sparesAProcessThatIsNotTheUnits() throws Exception {
        var old = process();
        var successor = process();

        assertThat(lost.end(old.pid(), Set.of("other.service"), successor.pid()))
                .isFalse();

        assertThat(old.isAlive()).isTrue();
    }

    @Test
    void sparesAProcessThatHasTheNumberOfOneThatEnded() throws Exception {
        var successor = process();
        var later = process();
        while (!later.info()
                .startInstant()
                .orElseThrow()
                .isAfter(successor.info().startInstant().orElseThrow())) {
            later = process(); // in another tick of the kernel's clock
        }

        assertThat(lost.end(later.pid(), group(), successor.pid())).isFalse();
        assertThat(lost.end(successor.pid(), group(), successor.pid())).isFalse();

        assertThat(later.isAlive()).isTrue();
        assertThat(successor.isAlive()).isTrue();
    }

    @Test
    void knowsThatAProcessHasEnded() throws Exception {
        var old = process();
        var successor = process();
        old.destroyForcibly().waitFor();

        assertThat(lost.end(old.pid(), group(), successor.pid())).isFalse();
    }
}
