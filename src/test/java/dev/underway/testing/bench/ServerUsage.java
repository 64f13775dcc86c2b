package dev.underway.testing.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// What a server, its embedded PostgreSQL and this process have used since they started.
///
/// @param server CPU in seconds
/// @param postgres CPU in seconds, of all its processes
/// @param clients CPU in seconds, of this process
/// @param transactions that PostgreSQL has committed
/// @param wal bytes of its log of writes
record ServerUsage(long at, double server, double postgres, double clients, long transactions, long wal) {
    /// Ticks of `/proc/<pid>/stat` in a second (USER_HZ, proc(5)).
    private static final double HERTZ = 100;

    /// Where the times begin in that file, after the name.
    private static final int UTIME = 11;

    private static final double MEBI = 1 << 20;
    private static final Pattern HEAP_USED = Pattern.compile("heap.* used (\\d+)K");

    /// A running server with a PostgreSQL of its own.
    record Of(long pid, Path stateDirectory) {
        private Path postgres() {
            return stateDirectory.resolve("postgres");
        }

        private List<String> postmaster() throws IOException {
            return Files.readAllLines(postgres().resolve("data/postmaster.pid"));
        }

        ServerUsage usage() throws IOException, SQLException {
            double database = 0;
            var postmaster = ProcessHandle.of(Long.parseLong(postmaster().getFirst()));
            for (var process : postmaster.stream().toList()) {
                // Those of its children that have ended count as its own.
                database += cpu(process.pid(), 4);
            }
            for (var child :
                    postmaster.stream().flatMap(ProcessHandle::children).toList()) {
                database += cpu(child.pid(), 2);
            }
            var self = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
            var written = written();
            return new ServerUsage(System.nanoTime(), cpu(pid, 2), database, self, written[0], written[1]);
        }

        /// In seconds, the first `kinds` of: user, system, and the same of children that have ended (proc_pid_stat(5)).
        private static double cpu(long pid, int kinds) throws IOException {
            // The name of the program, in brackets, may hold spaces.
            var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Arrays.stream(fields)
                            .skip(UTIME)
                            .limit(kinds)
                            .mapToLong(Long::parseLong)
                            .sum()
                    / HERTZ;
        }

        private long[] written() throws IOException, SQLException {
            var url = "jdbc:postgresql://127.0.0.1:" + postmaster().get(3).strip() + "/postgres";
            var password = Files.readString(postgres().resolve("password")).strip();
            try (var connection = DriverManager.getConnection(url, "underway", password);
                    var statement = connection.createStatement();
                    var row = statement.executeQuery("select (select sum(xact_commit) from pg_stat_database),"
                            + " (select wal_bytes from pg_stat_wal)")) {
                row.next();
                return new long[] {row.getLong(1), row.getLong(2)};
            }
        }

        /// Resident memory of the server in MiB: now, and at its highest.
        double[] resident() throws IOException {
            var status = Path.of("/proc", Long.toString(pid), "status");
            return new double[] {kibibytes(status, "VmRSS:") / 1024.0, kibibytes(status, "VmHWM:") / 1024.0};
        }

        /// What PostgreSQL has in memory, pages that are shared counted once, in MiB.
        double postgresMemory() throws IOException {
            long kibibytes = 0;
            var postmaster =
                    ProcessHandle.of(Long.parseLong(postmaster().getFirst())).orElseThrow();
            var all = new ArrayList<>(postmaster.children().toList());
            all.add(postmaster);
            for (var process : all) {
                kibibytes += kibibytes(Path.of("/proc", Long.toString(process.pid()), "smaps_rollup"), "Pss:");
            }
            return kibibytes / 1024.0;
        }

        private static long kibibytes(Path file, String key) throws IOException {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(key))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        }

        /// What lives in the heap of the server, in MiB: after a collection, which this asks for.
        double heap() throws IOException, InterruptedException {
            jcmd("GC.run");
            var used = HEAP_USED.matcher(jcmd("GC.heap_info"));
            if (!used.find()) {
                throw new IOException("no heap in what jcmd says");
            }
            return Long.parseLong(used.group(1)) / 1024.0;
        }

        private String jcmd(String command) throws IOException, InterruptedException {
            var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            var process = new ProcessBuilder(jcmd, Long.toString(pid), command)
                    .redirectErrorStream(true)
                    .start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("jcmd: " + said);
            }
            return said;
        }
    }

    private double seconds(ServerUsage before) {
        return (at - before.at) / 1e9;
    }

    /// Since `before`, in percent of one core: the server, its PostgreSQL, the clients.
    String percentSince(ServerUsage before) {
        double percent = 100 / seconds(before);
        return String.format(
                Locale.ROOT,
                "%.0f, %.0f, %.0f %%",
                (server - before.server) * percent,
                (postgres - before.postgres) * percent,
                (clients - before.clients) * percent);
    }

    /// CPU since `before`: the server, its PostgreSQL, the clients.
    String secondsSince(ServerUsage before) {
        return String.format(
                Locale.ROOT,
                "%.1f, %.1f, %.1f s",
                server - before.server,
                postgres - before.postgres,
                clients - before.clients);
    }

    /// Transactions and bytes of log since `before`.
    String writtenSince(ServerUsage before) {
        return String.format(
                Locale.ROOT, "%d, %.1f MiB", transactions - before.transactions, (wal - before.wal) / MEBI);
    }
}
