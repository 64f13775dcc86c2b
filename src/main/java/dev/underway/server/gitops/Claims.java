package dev.underway.server.gitops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.LabelSelector;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// What a UnitSet wants for itself on the hosts that it picks: units by name, files and artifacts by path.
///
/// @param wanted such as `the unit web.service` and `the path /etc/web.conf`
record Claims(LabelSelector selector, Set<String> wanted) {
    /// Of the body of a UnitSet that was checked.
    static Claims of(ObjectNode set) {
        var spec = set.path("spec");
        var wanted = new TreeSet<String>();
        each(spec.path("units"), "name", "the unit ", wanted);
        each(spec.path("files"), "path", "the path ", wanted);
        each(spec.path("artifacts"), "path", "the path ", wanted);
        return new Claims(Codec.read(spec.path("selector"), LabelSelector.class), Set.copyOf(wanted));
    }

    private static void each(JsonNode list, String field, String what, Set<String> wanted) {
        list.forEach(item -> wanted.add(what + item.path(field).asText()));
    }

    boolean picks(Map<String, String> labels) {
        return selector.matches(labels);
    }
}
