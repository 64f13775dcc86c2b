package dev.underway.server.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the client wants objects: as they are, as rows of a table, or only their metadata.
enum Form {
    OBJECT,
    TABLE,
    METADATA;

    private static final String META = "meta.k8s.io";

    /// The first element of an `Accept` header that can be served; a NotAcceptable refusal when none can.
    static Form negotiate(@Nullable String accept) {
        List<MediaRange> ranges = MediaRange.of(accept);
        for (var range : ranges) {
            if (range.is("Table", META, "v1")) {
                return TABLE;
            }
            if (range.is("PartialObjectMetadata", META, "v1") || range.is("PartialObjectMetadataList", META, "v1")) {
                return METADATA;
            }
            if (range.isJson() && !range.transforms()) {
                return OBJECT;
            }
        }
        throw Refusal.notAcceptable();
    }
}
