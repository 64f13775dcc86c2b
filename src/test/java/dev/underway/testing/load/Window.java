package dev.underway.testing.load;

import java.util.Locale;

/// When a request was under way, as whoever drives the change says.
enum Window {
    /// Before the first word: the JVM of this client warms up.
    UNMARKED,
    /// No change is being made.
    BETWEEN,
    /// A change is being made.
    DURING;

    /// Where a request counts that began in one window and ended in another: a change that touched it is named.
    static Window of(Window began, Window ended) {
        return began.compareTo(ended) > 0 ? began : ended;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
