package dev.underway.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Tells who waits that the server is away, and that it is back: on standard error, once for each change.
final class Outage {
    private final Console console;
    private @Nullable String said;

    Outage(Console console) {
        this.console = console;
    }

    /// @param silence null when the server is not away
    void look(Watch.@Nullable Silence silence) {
        var why = silence == null ? null : silence.why();
        if (!Objects.equals(why, said)) {
            console.remark(why == null ? "the server answers again" : why + "; trying again");
            said = why;
        }
    }
}
