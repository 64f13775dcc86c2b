package dev.underway.cli;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the command is given by the process it runs in. `home` is where `.kube/config` is looked for; `terminal` is
/// null when nobody looks on.
record Console(
        InputStream in,
        TextStream out,
        TextStream err,
        Map<String, String> environment,
        Path home,
        @Nullable Terminal terminal) {

    static Console ofProcess() {
        return new Console(
                System.in,
                new TextStream(System.out),
                new TextStream(System.err),
                System.getenv(),
                Path.of(System.getProperty("user.home")),
                Terminal.ofProcess(System.getenv()));
    }

    /// Remarks go to the other stream, so that output can be piped.
    void remark(String text) {
        err.println(text);
    }

    void warn(String text) {
        err.println("Warning: " + text);
    }
}
