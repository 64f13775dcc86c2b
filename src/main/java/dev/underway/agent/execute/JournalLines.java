package dev.underway.agent.execute;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Picks the lines of one run of a unit out of the journal, as `journalctl --output=json` prints it. Pure.
///
/// journald marks what a process says with the run that it belongs to, but for what it says in the first moments of the
/// run: the mark may not be there yet. So such a line belongs to the run that was marked last before it.
final class JournalLines {
    /// The fields that are asked for; see systemd.journal-fields(7). What systemd itself says of a unit has its run in
    /// INVOCATION_ID and its name in UNIT.
    static final String FIELDS = "MESSAGE,_SYSTEMD_INVOCATION_ID,INVOCATION_ID,UNIT";

    private JournalLines() {}

    /// The lines of the run `invocation`, in order, without what a terminal would take for an order.
    ///
    /// @param json an entry a line, of one unit; what cannot be read is left out
    static List<String> of(String json, String invocation) {
        var lines = new ArrayList<String>();
        var run = "";
        for (var entry : entries(json)) {
            var marked = entry.path("_SYSTEMD_INVOCATION_ID").asText("");
            var spokenOf = entry.path("INVOCATION_ID").asText("");
            if (!spokenOf.isEmpty()) {
                run = spokenOf;
            } else if (!marked.isEmpty()) {
                run = marked;
            }
            if (run.equals(invocation)) {
                message(entry.path("MESSAGE"))
                        .lines()
                        .map(line -> line.replaceAll("\\p{Cntrl}", " ").strip())
                        .filter(line -> !line.isEmpty())
                        .forEach(lines::add);
            }
        }
        return lines;
    }

    /// The unit of which systemd speaks in the entries, empty when it speaks of none.
    static String unit(String json) {
        return entries(json).stream()
                .map(entry -> entry.path("UNIT").asText(""))
                .filter(unit -> !unit.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static List<JsonNode> entries(String json) {
        var entries = new ArrayList<JsonNode>();
        for (var line : json.lines().toList()) {
            try {
                entries.add(Codec.JSON.readTree(line));
            } catch (JsonProcessingException e) {
                // The last one may be cut.
            }
        }
        return entries;
    }

    /// What is not text comes as an array of bytes.
    private static String message(JsonNode message) {
        if (!message.isArray()) {
            return message.asText("");
        }
        var bytes = new byte[message.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) message.get(i).asInt();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
