package dev.underway.model.fields;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import dev.underway.model.fields.FieldOwnership.Force;
import dev.underway.model.fields.FieldOwnership.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/// Every recorded answer of Kubernetes' own implementation is ours too: objects (the order of their lists included),
/// conflicts and owners. How they are recorded: `src/test/go/fieldowners`.
class FieldOwnershipReferenceTest {
    private int applies;
    private int updates;
    private int conflicts;

    @Test
    void answersAsTheReference() throws IOException {
        var different = new ArrayList<String>();
        for (var line : recorded()) {
            replay(line, different);
        }

        assertThat(different.stream().limit(3)).isEmpty();
        assertThat(applies).isGreaterThan(5_000);
        assertThat(updates).isGreaterThan(2_500);
        assertThat(conflicts).isGreaterThan(1_000);
    }

    private void replay(String line, List<String> different) throws JsonProcessingException {
        var sequence = Codec.JSON.readTree(line);
        var ignored = sequence.path("ignored").asBoolean() ? FieldSet.of("status") : FieldSet.EMPTY;
        JsonNode live = Codec.JSON.createObjectNode();
        Map<String, FieldSet> owners = Map.of();
        for (int i = 0; i < sequence.path("steps").size(); i++) {
            var step = sequence.path("steps").get(i);
            var answer = sequence.path("answers").get(i);
            var said = step.path("object");
            var by = step.path("by").asText();
            var wantedOwners = answer.has("owners") ? owners(answer.path("owners")) : owners;
            var wanted = wanted(step, answer, live);
            var conflict = Map.<String, List<String>>of();
            if (step.path("apply").asBoolean()) {
                applies++;
                var force = step.path("force").asBoolean() ? Force.TAKEN : Force.REFUSED;
                switch (FieldOwnership.applied(ReferenceStructure.ROOT, live, said, owners, by, force, ignored)) {
                    case Outcome.Merged<String>(var object, var its) -> {
                        live = object.isNull() ? Codec.JSON.createObjectNode() : object;
                        owners = its;
                    }
                    case Outcome.Conflict<String>(var fields) -> conflict = paths(fields);
                }
            } else {
                updates++;
                owners = FieldOwnership.updated(ReferenceStructure.ROOT, live, said, owners, by, ignored);
                live = said;
            }
            conflicts += conflict.size();
            if (!live.equals(wanted)
                    || !owners.equals(wantedOwners)
                    || !conflict.equals(paths(answer.path("conflicts")))
                    || !written(owners).equals(written(wantedOwners))) {
                different.add("step " + i + " of " + line + "\n  object    " + live + "\n  owners    " + owners
                        + "\n  conflicts " + conflict);
                return;
            }
        }
    }

    private static JsonNode wanted(JsonNode step, JsonNode answer, JsonNode live) {
        if (answer.has("object")) {
            return answer.path("object");
        }
        return step.path("apply").asBoolean() ? live : step.path("object");
    }

    private static Map<String, FieldSet> owners(JsonNode recorded) {
        var owners = new HashMap<String, FieldSet>();
        recorded.properties().forEach(owner -> {
            var fields = FieldSet.fromJson(owner.getValue());
            assertThat(fields.toJson()).isEqualTo(owner.getValue());
            owners.put(owner.getKey(), fields);
        });
        return owners;
    }

    private static Map<String, JsonNode> written(Map<String, FieldSet> owners) {
        var written = new HashMap<String, JsonNode>();
        owners.forEach((owner, fields) -> written.put(owner, fields.toJson()));
        return written;
    }

    private static Map<String, List<String>> paths(Map<String, FieldSet> fields) {
        var paths = new HashMap<String, List<String>>();
        fields.forEach(
                (owner, set) -> paths.put(owner, set.paths().stream().sorted().toList()));
        return paths;
    }

    private static Map<String, List<String>> paths(JsonNode recorded) {
        var paths = new HashMap<String, List<String>>();
        recorded.properties()
                .forEach(owner -> paths.put(
                        owner.getKey(),
                        owner.getValue().valueStream().map(JsonNode::asText).toList()));
        return paths;
    }

    private static List<String> recorded() throws IOException {
        var stream = FieldOwnershipReferenceTest.class.getResourceAsStream("reference.jsonl.gz");
        try (var reader =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(Objects.requireNonNull(stream)), UTF_8))) {
            return reader.lines().toList();
        }
    }
}
