package dev.underway.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {
    @TempDir
    Path root;

    @Test
    void readsWhatTheKernelSaysInKibibytes() throws Exception {
        put("proc/meminfo", "MemTotal:        8000 kB\nMemAvailable:    2048 kB\nHugePages_Total:       0\n");
        put("proc/7/status", "Name:\tweb\nVmRSS:\t    9000 kB\nRssAnon:\t    3072 kB\n");

        var memory = new Memory(new HostRoot(root));

        assertThat(memory.available()).hasValue(2 << 20);
        assertThat(memory.ownOf(7)).isEqualTo(3 << 20);
    }

    @Test
    void whereTheKernelSaysNothingNothingIsInTheWay() {
        var memory = new Memory(new HostRoot(root));

        assertThat(memory.available()).isEmpty();
        assertThat(memory.ownOf(7)).isZero();
    }

    private void put(String path, String text) throws Exception {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), text);
    }
}
