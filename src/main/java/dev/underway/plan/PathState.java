package dev.underway.plan;

import org.jspecify.annotations.Nullable;

/// What is at a path, not following a symlink at its end.
public sealed interface PathState {
    /// Two states with one fingerprint need no change between them: kind, content, permissions and owners, or the
    /// target.
    String fingerprint();

    record Absent() implements PathState {
        @Override
        public String fingerprint() {
            return "absent";
        }
    }

    /// `sha256` is that of no content where a file is longer than anything that a set can hold. `mode` is permission
    /// bits such as 0644, owners are names (or numbers that have no name). `text` is the content of files
    /// below `/etc/systemd/system` and `/etc/systemd/system.control`, and null for other files and
    /// undecodable ones.
    record Regular(
            String sha256,
            int mode,
            String owner,
            String group,
            @Nullable String text) implements PathState {
        @Override
        public String fingerprint() {
            return "file %04o %s %s %s".formatted(mode, owner, group, sha256);
        }
    }

    record Symlink(String target) implements PathState {
        @Override
        public String fingerprint() {
            return "link " + target;
        }
    }

    /// A directory, device, socket or anything else that is never replaced; `what` is a word such as `directory`.
    record Other(String what) implements PathState {
        @Override
        public String fingerprint() {
            return "a " + what;
        }
    }
}
