package dev.underway.server.gitops;

import java.util.Comparator;

/// Something in a commit that cannot be applied, so that the whole commit is not.
///
/// @param file from the root of the repository; empty when it is about no file
/// @param line from 1; 0 when it is about the whole file
/// @param field such as `spec.units[0].content`; empty when it is about no field
record Problem(String file, int line, String field, String message) {
    static final Comparator<Problem> ORDER = Comparator.comparing(Problem::file).thenComparingInt(Problem::line);

    static Problem of(String file, String message) {
        return new Problem(file, 0, "", message);
    }

    /// As compilers say it, so that editors find the place: `fleet/web.yaml:12: spec.selector: is required`.
    String sentence() {
        var where = file.isEmpty() ? "" : file + (line > 0 ? ":" + line : "") + ": ";
        return where + (field.isEmpty() ? "" : field + ": ") + message;
    }
}
