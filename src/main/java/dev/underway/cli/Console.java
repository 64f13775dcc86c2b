package dev.underway.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/// What the command is given by the process it runs in. `home` is where `.kube/config` is looked for.
record Console(InputStream in, PrintStream out, PrintStream err, Map<String, String> environment, Path home) {

    static Console ofProcess() {
        return new Console(
                System.in, System.out, System.err, System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /// Remarks go to the other stream, so that output can be piped.
    void remark(String text) {
        err.println(text);
    }

    void warn(String text) {
        err.println("Warning: " + text);
    }
}
