package dev.underway.agent.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.OptionalLong;

/// How much memory the host can give, and a process has taken, as the kernel says (proc(5)).
public final class Memory {
    private final HostRoot root;

    public Memory(HostRoot root) {
        this.root = root;
    }

    /// Bytes that a new process can be given without anything being swapped out; empty when the kernel does not say.
    public OptionalLong available() {
        return bytes("/proc/meminfo", "MemAvailable:");
    }

    /// Bytes that are the process's alone: without its program, which a second process of it shares, and without its
    /// children, so it is the least that a second one will want. 0 when it has ended.
    public long ownOf(long pid) {
        return bytes("/proc/" + pid + "/status", "RssAnon:").orElse(0);
    }

    /// Of a line such as `MemAvailable:    1024 kB`.
    private OptionalLong bytes(String file, String key) {
        try (var lines = Files.lines(root.resolve(file), StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith(key) && line.endsWith(" kB"))
                    .map(line -> line.substring(key.length(), line.length() - " kB".length()))
                    .mapToLong(number -> Long.parseLong(number.strip()) << 10)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
