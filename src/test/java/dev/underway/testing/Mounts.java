package dev.underway.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Real mounts for tests of what a host can be like; needs root. All are gone after [#close].
public final class Mounts implements AutoCloseable {
    private final List<Path> mounted = new ArrayList<>();

    /// A file system of `size` (such as 64k) in memory.
    public void tmpfs(Path place, String size) throws IOException, InterruptedException {
        run("mount", "-t", "tmpfs", "-o", "mode=0755,size=" + size, "none", place.toString());
        mounted.add(place);
    }

    /// Makes what is at `place` read-only.
    public void readOnly(Path place) throws IOException, InterruptedException {
        run("mount", "--bind", place.toString(), place.toString());
        mounted.add(place);
        run("mount", "-o", "remount,bind,ro", place.toString());
    }

    /// Takes back what was last mounted at `place`.
    public void release(Path place) throws IOException, InterruptedException {
        run("umount", place.toString());
        mounted.removeLast();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (var place : mounted.reversed()) {
            run("umount", place.toString());
        }
        mounted.clear();
    }

    private static void run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }
}
