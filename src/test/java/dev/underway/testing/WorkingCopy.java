package dev.underway.testing;

import dev.underway.testing.Program.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A working copy of a repository and the real git that works in it, without the configuration of the machine.
public record WorkingCopy(Path directory, Map<String, String> environment) {

    /// A new, empty one with the branch `main`, whose `origin` is `url`.
    ///
    /// @param authority the PEM file that an https server's certificate is checked against
    public static WorkingCopy of(Path directory, String url, Path authority) {
        var copy = new WorkingCopy(
                directory,
                Map.ofEntries(
                        Map.entry("GIT_CONFIG_NOSYSTEM", "1"),
                        Map.entry("GIT_CONFIG_GLOBAL", "/dev/null"),
                        Map.entry("GIT_TERMINAL_PROMPT", "0"),
                        Map.entry("GIT_SSL_CAINFO", authority.toString()),
                        Map.entry("GIT_AUTHOR_NAME", "Ann"),
                        Map.entry("GIT_AUTHOR_EMAIL", "ann@example.com"),
                        Map.entry("GIT_COMMITTER_NAME", "Ann"),
                        Map.entry("GIT_COMMITTER_EMAIL", "ann@example.com"),
                        Map.entry("HOME", directory.toString()),
                        Map.entry("LC_ALL", "C.UTF-8")));
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        copy.git("init", "--quiet", "--initial-branch=main").orFail();
        copy.git("remote", "add", "origin", url).orFail();
        return copy;
    }

    /// Runs git to its end.
    public Ended git(String... arguments) {
        var command = new ArrayList<>(List.of("git", "-C", directory.toString()));
        command.addAll(List.of(arguments));
        var program = Program.of(command);
        for (var variable : environment.entrySet()) {
            program = program.where(variable.getKey(), variable.getValue());
        }
        return program.run();
    }

    /// Writes a file.
    public WorkingCopy with(String file, String text) {
        try {
            var path = directory.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public WorkingCopy without(String file) {
        git("rm", "--quiet", "-r", file).orFail();
        return this;
    }

    /// Commits everything; answers the commit's id.
    public String commit(String message) {
        git("add", "--all").orFail();
        git("commit", "--quiet", "--allow-empty", "--message", message).orFail();
        return git("rev-parse", "HEAD").orFail().output().strip();
    }

    /// Commits everything and pushes it, with push options; what the server said is in the errors.
    public Ended commitAndPush(String message, String... options) {
        commit(message);
        return push(options);
    }

    public Ended push(String... options) {
        var command = new ArrayList<>(List.of("push", "--porcelain", "origin", "HEAD:main"));
        for (var option : options) {
            command.add("--push-option=" + option);
        }
        return git(command.toArray(String[]::new));
    }
}
