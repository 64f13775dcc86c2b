package dev.underway.server.events;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.GitSource;

/// Which commit something comes from, as the end of a sentence.
final class Origin {
    /// Characters by which people know a commit again.
    private static final int SHORT = 7;

    private Origin() {}

    /// ` (commit 1a2b3c4 by Ann <ann@example.com>)`, empty for what does not come from Git.
    static String of(JsonNode body) {
        var annotations = body.at("/metadata/annotations");
        var commit = annotations.path(GitSource.COMMIT).asText("");
        return commit.isEmpty()
                ? ""
                : " (commit " + shortened(commit) + " by "
                        + annotations.path(GitSource.AUTHOR).asText("somebody") + ")";
    }

    static String shortened(String commit) {
        return commit.substring(0, Math.min(SHORT, commit.length()));
    }
}
