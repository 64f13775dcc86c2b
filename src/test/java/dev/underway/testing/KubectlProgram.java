package dev.underway.testing;

import java.nio.file.Path;

/// Finds kubectl 1.35 or gets it, by `deploy/lib/kubectl`. A test that needs it is never skipped.
public final class KubectlProgram {
    private KubectlProgram() {}

    public static synchronized Path path() {
        return Path.of(Program.of("deploy/lib/kubectl").run().orFail().output().strip());
    }
}
