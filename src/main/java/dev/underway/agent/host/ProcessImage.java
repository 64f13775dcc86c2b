package dev.underway.agent.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
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
    private static final long LARGEST = 256L << 20;

    /// What a program begins with that the kernel executes without an interpreter (elf(5)).
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

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

    /// Whether what is executed is the same, byte by byte, as what is where it was. Whoever may write there must not
    /// keep the agent waiting or reading: nothing is read but a file of the same size, up to 256 MiB.
    public boolean isLikeWhatIsThere() throws IOException {
        var executed = root.resolve("/proc/" + pid + "/exe");
        try (var there = Descriptor.of(root.resolve(path()))) {
            var attributes = Files.readAttributes(there.path(), BasicFileAttributes.class);
            return attributes.isRegularFile()
                    && attributes.size() <= LARGEST
                    && attributes.size() == Files.size(executed)
                    && Files.mismatch(executed, there.path()) == -1;
        }
    }

    /// Whether a file is a program that the kernel executes without an interpreter. One that is no regular file, or is
    /// empty, is none.
    public static boolean isNative(Path file) throws IOException {
        try (var there = Descriptor.of(file)) {
            var attributes = Files.readAttributes(there.path(), BasicFileAttributes.class);
            if (!attributes.isRegularFile() || attributes.size() < ELF.length) {
                return false;
            }
            try (var program = Files.newInputStream(there.path())) {
                return Arrays.equals(program.readNBytes(ELF.length), ELF);
            }
        }
    }

    private static @Nullable Object identity(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }
}
