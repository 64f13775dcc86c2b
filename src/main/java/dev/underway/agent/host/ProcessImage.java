package dev.underway.agent.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a process executes, as the kernel says: another one after every execve(2), be it of the same file in the same
/// process.
///
/// @param program path of the executed file, as proc_pid_exe(5) shows it: of a script that is its interpreter
/// @param file which file that is, whatever lies at its path by now
/// @param stack where the stack begins, of proc_pid_stat(5): the kernel picks another address for every execve(2)
/// (`kernel.randomize_va_space`, on unless somebody turned it off)
public record ProcessImage(HostRoot root, long pid, String program, Object file, String stack) {
    private static final String DELETED = " (deleted)";

    /// Of /proc/PID/stat, counted after the name, which may hold anything.
    private static final int START_OF_STACK = 25;

    /// Empty when the process has ended, or there is none.
    public static Optional<ProcessImage> of(HostRoot root, long pid) {
        if (pid == 0) {
            return Optional.empty();
        }
        try {
            var proc = root.resolve("/proc/" + pid);
            var program = Files.readSymbolicLink(proc.resolve("exe")).toString();
            var file = identity(proc.resolve("exe"));
            var stat = Files.readString(proc.resolve("stat"), StandardCharsets.ISO_8859_1);
            var fields =
                    List.of(stat.substring(stat.lastIndexOf(')') + 1).strip().split(" "));
            return file == null
                            || fields.size() <= START_OF_STACK
                            || fields.get(START_OF_STACK).equals("0")
                    ? Optional.empty()
                    : Optional.of(new ProcessImage(root, pid, program, file, fields.get(START_OF_STACK)));
        } catch (IOException e) {
            return Optional.empty(); // it has ended
        }
    }

    /// Whether the main process `pid` of a unit executes a file that is no longer there: one look, for what is asked of
    /// every unit in every pass.
    public static boolean isReplaced(HostRoot root, long pid) {
        try {
            return pid != 0
                    && Files.readSymbolicLink(root.resolve("/proc/" + pid + "/exe"))
                            .toString()
                            .endsWith(DELETED);
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    /// Whether the file was removed from where it was executed, or another one put there.
    public boolean isReplaced() {
        return program.endsWith(DELETED);
    }

    /// Where the file was executed.
    public String path() {
        return isReplaced() ? program.substring(0, program.length() - DELETED.length()) : program;
    }

    /// Whether that very file is executed, by whatever path.
    public boolean executes(Path there) throws IOException {
        return file.equals(identity(there));
    }

    /// Whether what is executed is the same, byte by byte, as what is in `there`.
    public boolean isLike(Path there) throws IOException {
        return Files.mismatch(root.resolve("/proc/" + pid + "/exe"), there) == -1;
    }

    private static @Nullable Object identity(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }
}
