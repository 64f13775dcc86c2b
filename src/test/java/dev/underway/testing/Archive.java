package dev.underway.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/// Archives for tests, with every trick that a tar or zip file knows.
public final class Archive {
    private Archive() {}

    /// Writes entries.
    public interface Entries<T> {
        void to(T out) throws IOException;
    }

    public static byte[] tarGz(Entries<Tar> entries) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            entries.to(new Tar(tar));
        }
        return bytes.toByteArray();
    }

    public static byte[] zip(Entries<Zip> entries) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipArchiveOutputStream(bytes)) {
            entries.to(new Zip(zip));
        }
        return bytes.toByteArray();
    }

    public record Tar(TarArchiveOutputStream out) {
        public Tar directory(String name) throws IOException {
            return add(new TarArchiveEntry(name + "/", true), 0755, new byte[0]);
        }

        public Tar file(String name, int mode, String text) throws IOException {
            return add(new TarArchiveEntry(name, true), mode, text.getBytes(StandardCharsets.UTF_8));
        }

        public Tar link(String name, String target) throws IOException {
            return linked(name, TarConstants.LF_SYMLINK, target);
        }

        public Tar hardLink(String name, String target) throws IOException {
            return linked(name, TarConstants.LF_LINK, target);
        }

        public Tar special(String name, byte type) throws IOException {
            return add(new TarArchiveEntry(name, type), 0644, new byte[0]);
        }

        private Tar linked(String name, byte type, String target) throws IOException {
            var entry = new TarArchiveEntry(name, type, true);
            entry.setLinkName(target);
            return add(entry, 0777, new byte[0]);
        }

        private Tar add(TarArchiveEntry entry, int mode, byte[] bytes) throws IOException {
            entry.setMode(mode);
            entry.setSize(bytes.length);
            out.putArchiveEntry(entry);
            out.write(bytes);
            out.closeArchiveEntry();
            return this;
        }
    }

    public record Zip(ZipArchiveOutputStream out) {
        public Zip file(String name, int mode, String text) throws IOException {
            var entry = new ZipArchiveEntry(name);
            entry.setUnixMode(mode);
            out.putArchiveEntry(entry);
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.closeArchiveEntry();
            return this;
        }
    }
}
