package dev.underway.server.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/// Which resources of a kind are meant: a namespace (empty = all), labels, and selectable fields.
///
/// `labels` and `fields` see an object's labels and its selectable fields (`metadata.name`, `metadata.namespace`, and
/// those the kind declares in
/// [Fields]); both are also applied to what an object was before a change, which turns a change into ADDED or DELETED
/// for a watcher.
public record Selection(
        String namespace, Predicate<Map<String, String>> labels, Predicate<Map<String, String>> fields) {
    /// Leaves nothing out. Use this one where there is no selector, so that the store can tell: see [#unfiltered].
    public static final Predicate<Map<String, String>> ANY = values -> true;

    public static final Selection ALL = new Selection("", ANY, ANY);

    public static Selection inNamespace(String namespace) {
        return new Selection(namespace, ANY, ANY);
    }

    boolean covers(String namespace) {
        return this.namespace.isEmpty() || this.namespace.equals(namespace);
    }

    /// Whether at most the namespace decides, which the database can count.
    boolean unfiltered() {
        return labels.equals(ANY) && fields.equals(ANY);
    }

    public static Map<String, String> labels(JsonNode body) {
        var labels = new LinkedHashMap<String, String>();
        body.path("metadata")
                .path("labels")
                .properties()
                .forEach(e -> labels.put(e.getKey(), e.getValue().asText()));
        return labels;
    }
}
