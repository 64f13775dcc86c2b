package dev.underway.agent.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/// What a download is, by the end of its URL's path, and how its entries are read.
enum Archives {
    TAR_GZ {
        @Override
        void unpack(Path file, Unpacked to) throws IOException, ArchiveRefused {
            try (var raw = new BufferedInputStream(Files.newInputStream(file));
                    var gzip = GzipCompressorInputStream.builder()
                            .setInputStream(raw)
                            .setDecompressConcatenated(true)
                            .get();
                    var tar = new TarArchiveInputStream(gzip, "UTF-8")) {
                for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    add(entry, tar, to);
                }
            }
        }
    },
    ZIP {
        @Override
        void unpack(Path file, Unpacked to) throws IOException, ArchiveRefused {
            try (var zip = ZipFile.builder().setPath(file).get()) {
                for (var entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
                    add(entry, zip, to);
                }
            }
        }
    },
    /// One executable file.
    PLAIN {
        @Override
        void unpack(Path file, Unpacked to) {
            throw new IllegalStateException("a plain file is not unpacked");
        }
    };

    private static final int LONGEST_LINK = 4096;

    static Archives of(String urlPath) {
        var name = urlPath.toLowerCase(Locale.ROOT);
        if (name.endsWith(".tar.gz") || name.endsWith(".tgz")) {
            return TAR_GZ;
        }
        return name.endsWith(".zip") ? ZIP : PLAIN;
    }

    abstract void unpack(Path file, Unpacked to) throws IOException, ArchiveRefused;

    private static void add(TarArchiveEntry entry, TarArchiveInputStream tar, Unpacked to)
            throws IOException, ArchiveRefused {
        var name = entry.getName();
        int mode = entry.getMode();
        if (entry.isDirectory()) {
            to.directory(name, mode);
        } else if (entry.isSymbolicLink()) {
            to.symlink(name, entry.getLinkName());
        } else if (entry.isLink()) {
            to.hardLink(name, mode, entry.getLinkName());
        } else if (isRegular(entry)) {
            to.file(name, mode, tar);
        } else {
            throw new ArchiveRefused(name + " is a device, a pipe or something else that is no file");
        }
    }

    /// The library calls everything a file that is no directory.
    private static boolean isRegular(TarArchiveEntry entry) {
        return switch (entry.getLinkFlag()) {
            case TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM, TarConstants.LF_CONTIG -> true;
            default -> entry.isGNUSparse() || entry.isPaxGNUSparse();
        };
    }

    private static void add(ZipArchiveEntry entry, ZipFile zip, Unpacked to) throws IOException, ArchiveRefused {
        var name = entry.getName();
        int mode = entry.getUnixMode();
        int type = mode & 0170000;
        if (entry.isDirectory()) {
            to.directory(name, mode);
        } else if (entry.isUnixSymlink()) {
            try (var in = zip.getInputStream(entry)) {
                to.symlink(name, new String(Bounded.read(in, LONGEST_LINK), StandardCharsets.UTF_8));
            }
        } else if (type == 0 || type == 0100000) {
            try (var in = zip.getInputStream(entry)) {
                to.file(name, mode, in);
            }
        } else {
            throw new ArchiveRefused(name + " is a device, a pipe or something else that is no file");
        }
    }
}
