package dev.underway.model.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.FieldError;
import dev.underway.model.Kind;
import dev.underway.model.Manifests;
import dev.underway.model.UnitSet;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class SchemaTest {
    static final List<Kind> KINDS = Kind.ALL;

    private static final Schema UNIT_SET = Schema.of(Kind.UNIT_SET);

    @Test
    void acceptsTheManifestOfTheDesign() throws Exception {
        var tree = manifest("""
                selector: {matchLabels: {role: web}}
                artifacts:
                - {name: app, url: https://example.com/web.tar.gz, sha256: %s, path: /opt/web}
                files:
                - {path: /etc/web/app.yaml, mode: "0640", owner: web, group: web, content: x}
                units:
                - name: web.service
                  update: Auto
                  reloadOn: [/etc/web/*.yaml]
                  state: Running
                  readiness: {http: {port: 8081, path: /healthz}, minHealthyTime: 5s, deadline: 60s}
                  content: x
                  dropIns: {10-limits.conf: x}
                rollout:
                  maxUnavailable: 10%%
                  waves:
                  - {name: canary, selector: {matchLabels: {canary: "true"}}, maxHosts: 1, minHosts: 1, bake: 5m}
                  - name: rest
                    selector: {matchExpressions: [{key: zone, operator: In, values: [a]}]}
                    promote: Manual
                  healthyDeadline: 5m
                  progressDeadline: 1h30m
                  maxFailures: 0
                  onFailure: Revert
                drift: Heal
                paused: false
                pin: null
                restartedAt: 2026-01-31T12:00:00Z
                deletionPolicy: Delete
                revisionHistoryLimit: 10
                """.formatted("0a".repeat(32)));

        assertThat(UNIT_SET.check(tree)).isEmpty();
        assertThat(UNIT_SET.unknownFields(tree)).isEmpty();
        assertThat(Codec.read(tree, UnitSet.class).spec().unitsOrEmpty()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # spec (beside the selector)                    | field                      | reason               | message
            files: [{path: /a, mode: 0640}]                 | spec.files[0].mode         | FieldValueTypeInvalid | must be a string (quote it, such as "0640"), not a number
            files: [{path: /a, mode: "0888"}]               | spec.files[0].mode         | FieldValueInvalid    | "0888" must match 0?[0-7]{3}, such as "0640"
            files: [{path: 5}]                              | spec.files[0].path         | FieldValueTypeInvalid | must be a string (quote it: "5"), not a number
            files: [{content: x}]                           | spec.files[0].path         | FieldValueRequired   | is required: Absolute path.
            files: [null]                                   | spec.files[0]              | FieldValueTypeInvalid | must be a mapping, not null
            files: {path: /a}                               | spec.files                 | FieldValueTypeInvalid | must be a list, not a mapping
            files: [{path: /a}, {path: /b}, {path: /a}]     | spec.files[2].path         | FieldValueDuplicate  | "/a" is in the list already; each may be there once
            units: [{name: a.service, update: swap}]        | spec.units[0].update       | FieldValueNotSupported | "swap" is not supported; write one of Auto, Reload, Swap, Restart, Defer
            units: [{name: a.service, dropIns: {a: 1}}]     | spec.units[0].dropIns[a]   | FieldValueTypeInvalid | must be a string (quote it: "1"), not a number
            units: [{name: a.service, reloadOn: /a}]        | spec.units[0].reloadOn     | FieldValueTypeInvalid | must be a list, not a string
            units: [{name: a.service, readiness: {tcp: {port: 70000}}}] | spec.units[0].readiness.tcp.port | FieldValueInvalid | 70000 is out of range; write a number from 1 to 65535
            units: [{name: a.service, readiness: {deadline: 5}}] | spec.units[0].readiness.deadline | FieldValueTypeInvalid | must be a duration such as 30s, 5m or 1h30m, not a number
            units: [{name: a.service, readiness: {deadline: 5 s}}] | spec.units[0].readiness.deadline | FieldValueInvalid | "5 s" is not a duration such as 30s, 5m or 1h30m
            rollout: {maxUnavailable: 200%}                 | spec.rollout.maxUnavailable | FieldValueInvalid   | must be a number such as 2 or a percentage such as "10%", not "200%"
            restartedAt: yesterday                          | spec.restartedAt           | FieldValueInvalid    | "yesterday" is not a time such as 2026-01-31T12:00:00Z
            paused: "yes"                                   | spec.paused                | FieldValueTypeInvalid | must be true or false, not a string
            revisionHistoryLimit: 1.5                       | spec.revisionHistoryLimit  | FieldValueTypeInvalid | must be a whole number, not a number
            files: [{path: /a, content: "a\\0b"}]           | spec.files[0].content      | FieldValueInvalid    | has a NUL character; bytes that are no text go into contentBase64
            artifacts: [{name: A, url: x, sha256: %s, path: /a}] | spec.artifacts[0].name | FieldValueInvalid   | "A" must match [a-z0-9]([-a-z0-9]*[a-z0-9])?
            """)
    void saysWhatDoesNotFit(String spec, String field, String reason, String message) throws Exception {
        var tree = manifest("selector: {}\n" + spec.replace("%s", "0a".repeat(32)) + "\n");

        assertThat(UNIT_SET.check(tree)).containsExactly(new FieldError(field, reason, message));
    }

    @Test
    void requiresTheSelector() throws Exception {
        assertThat(UNIT_SET.check(manifest("units: []\n")))
                .extracting(FieldError::field, FieldError::reason)
                .containsExactly(tuple("spec.selector", "FieldValueRequired"));
    }

    @Test
    void requiresTheSpec() throws Exception {
        assertThat(UNIT_SET.check(manifest("null\n")))
                .extracting(FieldError::field)
                .containsExactly("spec");
    }

    @Test
    void boundsListsAndTexts() throws Exception {
        var tree = manifest("selector: {}\nunits: [{name: " + "a".repeat(256) + "}]\n");
        var drops = tree.withObject("/spec/units/0/dropIns");
        IntStream.range(0, 65).forEach(i -> drops.put(i + ".conf", ""));

        assertThat(UNIT_SET.check(tree))
                .containsExactly(
                        new FieldError(
                                "spec.units[0].name",
                                "FieldValueTooLong",
                                "has 256 characters; at most 255 are allowed"),
                        new FieldError(
                                "spec.units[0].dropIns", "FieldValueTooMany", "has 65 items; at most 64 are allowed"));
    }

    @ParameterizedTest
    @CsvSource({
        "files, '{path: /a}', spec.files[0].content, 524288",
        "units, '{name: a.service}', spec.units[0].content, 262144"
    })
    void boundsTheTextOfOneFileOrUnit(String list, String item, String field, int most) throws Exception {
        var tree = manifest("selector: {}\n" + list + ": [" + item + "]\n");
        var only = tree.withObject("/spec/" + list + "/0");

        only.put("content", "x".repeat(most));
        assertThat(UNIT_SET.check(tree)).isEmpty();

        only.put("content", "x".repeat(most + 1));
        assertThat(UNIT_SET.check(tree))
                .containsExactly(new FieldError(
                        field,
                        "FieldValueTooLong",
                        "has " + (most + 1) + " characters; at most " + most + " are allowed"));
    }

    @Test
    void namesABoundedNumberOfErrors() throws Exception {
        var tree = manifest("selector: {}\n");
        var files = tree.withArray("/spec/files");
        IntStream.range(0, 400).forEach(files::add);

        assertThat(UNIT_SET.check(tree)).hasSize(Checker.MAX_ERRORS);
    }

    @Test
    void findsAndPrunesUnknownFields() throws Exception {
        var tree = manifest("""
                selector: {}
                replicas: {a: {b: 1}}
                units: [{name: a.service}, {name: b.service, contnet: x}]
                """);
        ((ObjectNode) tree.get("metadata")).put("lables", 1);
        tree.put("specs", 1);

        assertThat(UNIT_SET.unknownFields(tree))
                .containsExactly("metadata.lables", "spec.replicas", "spec.units[1].contnet", "specs");

        UNIT_SET.prune(tree);

        assertThat(tree).isEqualTo(manifest("selector: {}\nunits: [{name: a.service}, {name: b.service}]\n"));
    }

    @Test
    void knowsTheFieldsOfAnEvent() {
        var event = Codec.JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Event");
        event.putObject("metadata").putObject("labels").put("a", 1);
        event.putObject("involvedObject").put("name", "x").put("nmae", "x");
        event.put("eventTime", "2026-01-01T00:00:00.123456Z")
                .putNull("firstTimestamp")
                .put("type", "Normal");

        assertThat(Schema.of(Kind.EVENT).unknownFields(event)).containsExactly("involvedObject.nmae");
        assertThat(Schema.of(Kind.EVENT).check(event))
                .extracting(FieldError::field)
                .containsExactly("metadata.labels[a]");
    }

    @ParameterizedTest
    @FieldSource("KINDS")
    void refusesNonsenseOfEveryKind(Kind kind) {
        assertThat(Schema.of(kind).check(Codec.JSON.createObjectNode()))
                .extracting(FieldError::field)
                .contains("apiVersion", "kind", "metadata");
        assertThat(Schema.of(kind).check(Codec.JSON.createArrayNode())).hasSize(1);
    }

    @Test
    void publishesTheUnitSet() throws Exception {
        var openApi = UNIT_SET.toOpenApi();
        var unit = openApi.at("/properties/spec/properties/units");

        assertThat(openApi.at("/properties/spec/required")).isEqualTo(json("[\"selector\"]"));
        assertThat(openApi.at("/required")).isEqualTo(json("[\"apiVersion\",\"kind\",\"metadata\",\"spec\"]"));
        assertThat(unit.get("x-kubernetes-list-type").asText()).isEqualTo("map");
        assertThat(unit.get("x-kubernetes-list-map-keys")).isEqualTo(json("[\"name\"]"));
        assertThat(unit.get("maxItems").asInt()).isEqualTo(256);
        assertThat(unit.at("/items/properties/update")).isEqualTo(json("""
                {"type":"string","enum":["Auto","Reload","Swap","Restart","Defer"],
                 "description":"The most disruptive action that a change may take. Default Auto: the gentlest that is enough. Reload: the service replaces its own program when it is reloaded."}"""));
        assertThat(openApi.at("/properties/spec/properties/revisionHistoryLimit")
                        .toString())
                .isEqualTo("""
                {"type":"integer","format":"int32","minimum":0,"maximum":100,\
                "description":"How many old revisions are kept. Default 10."}""");
        assertThat(openApi.at("/properties/spec/properties/rollout/properties/maxUnavailable/anyOf"))
                .isEqualTo(json("[{\"type\":\"integer\"},{\"type\":\"string\"}]"));
        assertThat(openApi.at("/x-kubernetes-group-version-kind/0"))
                .isEqualTo(json("{\"group\":\"underway.dev\",\"kind\":\"UnitSet\",\"version\":\"v1alpha1\"}"));
    }

    @ParameterizedTest
    @FieldSource("KINDS")
    void publishesStructuralSchemasWithADescriptionOfEveryField(Kind kind) {
        var openApi = Schema.of(kind).toOpenApi();

        assertThat(openApi.findValues("$ref")).isEmpty();
        assertThat(undescribed("", openApi)).isEmpty();
    }

    /// Paths of the properties without a type or description.
    private static List<String> undescribed(String path, JsonNode schema) {
        var found = new ArrayList<String>();
        schema.path("properties").properties().forEach(entry -> {
            var property = entry.getValue();
            boolean typed = property.has("type") || property.has("x-kubernetes-int-or-string");
            if (!typed || property.path("description").asText().isEmpty()) {
                found.add(path + "." + entry.getKey());
            }
            found.addAll(undescribed(path + "." + entry.getKey(), property));
        });
        if (schema.has("items")) {
            found.addAll(undescribed(path + "[]", schema.get("items")));
        }
        return found;
    }

    private static ObjectNode manifest(String spec) throws Exception {
        var head = "apiVersion: underway.dev/v1alpha1\nkind: UnitSet\nmetadata: {name: web, namespace: shop}\nspec:\n";
        return Manifests.read(head + spec.indent(2)).getFirst().body();
    }

    private static JsonNode json(String text) {
        try {
            return Codec.JSON.readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
