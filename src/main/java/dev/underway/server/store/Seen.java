package dev.underway.server.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Kind;
import java.util.Map;

/// What selections look at in a resource: its labels and its selectable fields ([Fields]).
record Seen(Map<String, String> labels, Map<String, String> fields) {
    static Seen of(Resource resource) {
        return of(resource.key().kind(), resource.body());
    }

    static Seen of(Kind kind, JsonNode body) {
        return new Seen(Selection.labels(body), Fields.values(kind, body));
    }

    boolean by(Selection selection) {
        return selection.labels().test(labels) && selection.fields().test(fields);
    }
}
