package dev.underway.agent.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who a process is: proc_pid_status(5).
///
/// Taken from the process and not from `User=`, because so it is right for `DynamicUser=` too, whose names few
/// hosts can resolve, and for programs that give up root by themselves.
record Credentials(String user, String group, List<String> groups) {

    /// Who owns nothing: user and group 65534 on every Linux (systemd.exec(5), `nobody`).
    static final Credentials NOBODY = new Credentials("65534", "65534", List.of());

    /// Null when there is no such process (any more).
    static @Nullable Credentials of(long pid) throws IOException {
        if (pid == 0) {
            return null;
        }
        try {
            return parse(Files.readAllLines(Path.of("/proc/" + pid + "/status")));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    static Credentials parse(List<String> status) throws IOException {
        return new Credentials(
                words(status, "Uid:").get(1), words(status, "Gid:").get(1), words(status, "Groups:"));
    }

    /// `command` as this user, with setpriv(1) of util-linux: with no way back to more rights.
    List<String> command(List<String> command) {
        var all = new ArrayList<>(List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--no-new-privs"));
        all.add(groups.isEmpty() ? "--clear-groups" : "--groups=" + String.join(",", groups));
        all.add("--");
        all.addAll(command);
        return all;
    }

    /// Of `Uid:` the words are the real, effective, saved and file system id.
    private static List<String> words(List<String> status, String key) throws IOException {
        for (var line : status) {
            if (line.startsWith(key)) {
                var words = line.substring(key.length()).strip();
                return words.isEmpty() ? List.of() : List.of(words.split("\\s+"));
            }
        }
        throw new IOException("/proc/…/status has no line " + key);
    }
}
