package dev.underway.server.store;

import java.util.Map;

/// What selections look at in a resource: its labels and its selectable fields ([Fields]).
record Seen(Map<String, String> labels, Map<String, String> fields) {
    static Seen of(Resource resource) {
        return new Seen(resource.labels(), Fields.values(resource.key().kind(), resource.body()));
    }

    boolean by(Selection selection) {
        return selection.labels().test(labels) && selection.fields().test(fields);
    }
}
