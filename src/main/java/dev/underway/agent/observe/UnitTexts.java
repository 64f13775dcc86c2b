package dev.underway.agent.observe;

import dev.underway.agent.host.HostRoot;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// The service files in `/etc/systemd/system`, the drop-ins beside them and the sockets below `/run`: read only when
/// the inventory is lost.
record UnitTexts(HostRoot root) {
    private static final String DIRECTORY = "/etc/systemd/system/";
    private static final String RUNTIME = "/run/systemd/system/";
    private static final long LARGEST = 1 << 20;

    /// By path. Without what is no regular file, is no text or has more than 1 MiB.
    Map<String, String> all() throws IOException {
        var texts = new TreeMap<String, String>();
        read(DIRECTORY, "*.service", texts);
        for (String path : texts.keySet().toArray(String[]::new)) {
            read(path + ".d/", "*.conf", texts);
        }
        read(RUNTIME, "*.socket", texts);
        return texts;
    }

    private void read(String directory, String files, Map<String, String> texts) throws IOException {
        try (var found = Files.newDirectoryStream(root.resolve(directory), files)) {
            for (Path file : found) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= LARGEST) {
                    add(directory + file.getFileName(), file, texts);
                }
            }
        } catch (NoSuchFileException e) {
            // there are none, or they are gone meanwhile
        }
    }

    private static void add(String path, Path file, Map<String, String> texts) throws IOException {
        try {
            texts.put(path, Files.readString(file));
        } catch (CharacterCodingException e) {
            // not one of ours
        }
    }
}
