package dev.underway.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/// The data directory of an embedded PostgreSQL, and who works in it.
record PostgresData(PostgresPrograms programs, Path directory) {
    private static final Logger LOG = Logger.getLogger(PostgresData.class);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);

    /// Makes the directory if it is missing, under another name until it is whole.
    void initialize(String user, Path passwordFile) throws IOException {
        if (Files.exists(directory)) {
            return;
        }
        var unfinished = Files.createTempDirectory(directory.getParent(), "initdb-");
        programs.run(
                "initdb",
                List.of(
                        "--pgdata=" + unfinished,
                        "--username=" + user,
                        "--pwfile=" + passwordFile,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--no-instructions"));
        Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
    }

    /// Stops what an earlier start has left running, then removes its `postmaster.pid`: its number may by now belong to
    /// a stranger, for whose sake postgres would refuse to start.
    void claim() throws IOException {
        if (!processes().isEmpty()) {
            LOG.infof("stopping the PostgreSQL of an earlier start directory=%s", directory);
            stop();
        }
        Files.deleteIfExists(pidFile());
    }

    /// Stops PostgreSQL without waiting for its clients, and if that takes too long, as after a crash.
    void stop() throws IOException {
        for (var mode : List.of("fast", "immediate")) {
            if (pidFileTells(0, pid -> processes().contains(Long.valueOf(pid)))) {
                programs.run("pg_ctl", List.of("stop", "--no-wait", "--mode=" + mode, "--pgdata=" + directory));
            }
            for (var end = System.nanoTime() + STOPPED_WITHIN.toNanos(); System.nanoTime() < end; pause()) {
                if (processes().isEmpty()) {
                    return;
                }
            }
        }
        throw new IOException("PostgreSQL does not stop: end the processes " + processes() + " that work in "
                + directory + ", then start again");
    }

    /// Whether the postgres with this number serves. `postmaster.pid` holds the number in its first line and the state
    /// in its eighth, where pg_ctl(1) reads it too.
    boolean served(long pid) throws IOException {
        return pidFileTells(0, Long.toString(pid)::equals) && pidFileTells(7, "ready"::equals);
    }

    /// Short enough that a start does not feel it.
    static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for PostgreSQL", e);
        }
    }

    private Path pidFile() {
        return directory.resolve("postmaster.pid");
    }

    private boolean pidFileTells(int line, java.util.function.Predicate<String> what) throws IOException {
        if (!Files.exists(pidFile())) {
            return false;
        }
        var lines = Files.readAllLines(pidFile());
        return lines.size() > line && what.test(lines.get(line).strip());
    }

    /// Every process of a PostgreSQL, and no other, has its data directory as its working directory.
    private List<Long> processes() {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> worksHere(Path.of("/proc", pid.toString(), "cwd")))
                .toList();
    }

    private boolean worksHere(Path link) {
        try {
            return Files.readSymbolicLink(link).equals(directory);
        } catch (IOException e) {
            // It has ended meanwhile, or is another user's, and so not ours.
            return false;
        }
    }
}
