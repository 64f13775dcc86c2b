package dev.underway.agent.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.plan.SetId;
import dev.underway.wire.DesiredState;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A desired-state document as this version of the agent understands it.
///
/// @param unreadable assignments with a word that this agent does not know, and what it is: nothing is done about them,
/// while all others are carried out
public record Document(DesiredState state, Map<SetId, String> unreadable) {

    /// Throws IllegalArgumentException for anything that is not a document.
    public static Document parse(byte[] json) {
        if (!(Codec.read(json, JsonNode.class) instanceof ObjectNode tree)
                || !(tree.get("assignments") instanceof ArrayNode entries)) {
            throw new IllegalArgumentException("it has no assignments");
        }
        var unreadable = new TreeMap<SetId, String>();
        for (var each = entries.iterator(); each.hasNext(); ) {
            var entry = each.next();
            try {
                Codec.read(entry, DesiredState.Entry.class);
            } catch (IllegalArgumentException e) {
                unreadable.put(
                        new SetId(
                                entry.path("namespace").asText(),
                                entry.path("unitSet").asText()),
                        String.valueOf(e.getMessage()));
                each.remove();
            }
        }
        var state = Codec.read(tree, DesiredState.class);
        if (state.serverUid() == null || state.host() == null || state.tombstones() == null) {
            throw new IllegalArgumentException("serverUid, host or tombstones is missing");
        }
        return new Document(state, unreadable);
    }

    /// Every set that the document lists, understood or not.
    Set<SetId> listed() {
        var listed = new HashSet<>(unreadable.keySet());
        state.assignments().forEach(entry -> listed.add(new SetId(entry.namespace(), entry.unitSet())));
        return listed;
    }

    /// Every set that the document buries.
    Set<SetId> buried() {
        var buried = new HashSet<SetId>();
        state.tombstones().forEach(stone -> buried.add(new SetId(stone.namespace(), stone.unitSet())));
        return buried;
    }
}
