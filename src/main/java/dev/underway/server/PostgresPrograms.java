package dev.underway.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/// The programs of PostgreSQL that the server brings along, unpacked once for each version: into a directory named by
/// the archive's digest, which gets its name only when it is whole.
record PostgresPrograms(Path directory) {
    private static final String ARCHIVE = "postgres-linux-x86_64.txz";

    /// Finds or unpacks the programs under `parent`. Two processes may do so at the same time.
    static PostgresPrograms in(Path parent) throws IOException {
        var programs = new PostgresPrograms(parent.resolve(digest()));
        if (!Files.isDirectory(programs.directory)) {
            programs.unpack(parent);
        }
        return programs;
    }

    /// How to run one of the programs. It ends when the thread that starts it does, and sees nothing of our
    /// environment, where `PG…` variables would change what it does.
    ProcessBuilder command(String program, List<String> arguments) throws IOException {
        var line = new ArrayList<String>();
        if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            line.addAll(List.of("unshare", "--user"));
        }
        line.addAll(List.of("setpriv", "--pdeathsig", "INT"));
        line.add(directory.resolve("bin").resolve(program).toString());
        line.addAll(arguments);
        var builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    /// Runs one of the programs to its end.
    void run(String program, List<String> arguments) throws IOException {
        var process = command(program, arguments).start();
        try (var output = process.inputReader(StandardCharsets.UTF_8)) {
            var said = output.lines().collect(Collectors.joining("; "));
            if (process.waitFor() != 0) {
                throw new IOException(program + " failed: " + said);
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while " + program + " ran");
        }
    }

    private static InputStream archive() throws IOException {
        var architecture = System.getProperty("os.arch");
        var stream = architecture.equals("amd64")
                ? Thread.currentThread().getContextClassLoader().getResourceAsStream(ARCHIVE)
                : null;
        if (stream == null) {
            throw new IOException("this build brings no PostgreSQL for " + System.getProperty("os.name") + " on "
                    + architecture + ": set underway.database.url to a PostgreSQL of version 15 or later");
        }
        return new BufferedInputStream(stream, 1 << 16);
    }

    private static String digest() throws IOException {
        try (var in = new DigestInputStream(archive(), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest(), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void unpack(Path parent) throws IOException {
        Files.createDirectories(parent);
        var unfinished = Files.createTempDirectory(parent, "unpacking-");
        try (var tar = new TarArchiveInputStream(new XZCompressorInputStream(archive()))) {
            for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
                unpack(entry, tar, unfinished.resolve(entry.getName()).normalize());
            }
            Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            remove(unfinished);
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
    }

    private static void unpack(TarArchiveEntry entry, TarArchiveInputStream content, Path target) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(target);
        } else if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
            Files.createDirectories(target.getParent());
            Files.copy(content, target);
            var executable = (entry.getMode() & 0100) != 0;
            Files.setPosixFilePermissions(
                    target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    private static void remove(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
