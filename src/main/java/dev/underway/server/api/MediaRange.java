package dev.underway.server.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One element of an `Accept` or `Content-Type` header, such as `application/json;as=Table;g=meta.k8s.io;v=v1`.
record MediaRange(String type, Map<String, String> parameters) {
    private static final int MOST = 32;

    /// The elements of a header in their order; `*/*` when it is absent.
    static List<MediaRange> of(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return List.of(new MediaRange("*/*", Map.of()));
        }
        var ranges = new ArrayList<MediaRange>();
        for (var element : header.split(",", MOST + 1)) {
            if (ranges.size() < MOST) {
                ranges.add(one(element));
            }
        }
        return ranges;
    }

    boolean isJson() {
        return type.equals("application/json") || type.equals("application/*") || type.equals("*/*");
    }

    /// Whether the client asks for another representation than the object itself.
    boolean transforms() {
        return parameters.containsKey("as");
    }

    boolean is(String as, String group, String version) {
        return isJson()
                && as.equals(parameters.get("as"))
                && group.equals(parameters.get("g"))
                && version.equals(parameters.get("v"));
    }

    private static MediaRange one(String element) {
        var parts = element.split(";");
        var parameters = new LinkedHashMap<String, String>();
        for (int i = 1; i < parts.length; i++) {
            var equals = parts[i].indexOf('=');
            if (equals > 0) {
                parameters.put(
                        parts[i].substring(0, equals).strip(),
                        parts[i].substring(equals + 1).strip());
            }
        }
        return new MediaRange(parts.length == 0 ? "" : parts[0].strip().toLowerCase(Locale.ROOT), parameters);
    }
}
