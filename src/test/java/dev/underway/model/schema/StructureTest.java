package dev.underway.model.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Kind;
import dev.underway.model.fields.Structure;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Server-side apply merges by what the published schema says.
class StructureTest {
    static final List<Kind> KINDS = Kind.ALL;

    @ParameterizedTest
    @FieldSource("KINDS")
    void mergesAsItsOpenApiSays(Kind kind) {
        assertThat(structure(Schema.of(kind).toOpenApi()))
                .isEqualTo(Schema.of(kind).structure());
    }

    @Test
    void mergesUnitsByNameAndWavesAsAWhole() {
        var openApi = Schema.of(Kind.UNIT_SET).toOpenApi().at("/properties/spec/properties");

        assertThat(openApi.at("/rollout/properties/waves/x-kubernetes-list-type")
                        .asText())
                .isEqualTo("atomic");
        assertThat(openApi.at("/selector/x-kubernetes-map-type").asText()).isEqualTo("atomic");
        assertThat(structure(openApi.at("/artifacts"))).isInstanceOf(Structure.Keyed.class);
        assertThat(structure(openApi.at("/files"))).extracting("keys").isEqualTo(List.of("path"));
    }

    /// What a Kubernetes client makes of a schema: "Merge strategy" in the documentation of server-side apply.
    private static Structure structure(JsonNode schema) {
        return switch (schema.path("type").asText()) {
            case "object" -> {
                if (schema.path("x-kubernetes-map-type").asText().equals("atomic")) {
                    yield Structure.leaf();
                }
                var named = new HashMap<String, Structure>();
                schema.path("properties")
                        .properties()
                        .forEach(property -> named.put(property.getKey(), structure(property.getValue())));
                boolean anything =
                        schema.path("x-kubernetes-preserve-unknown-fields").asBoolean();
                if (named.isEmpty() && anything) {
                    yield Structure.deduced();
                }
                var others = anything
                        ? Structure.deduced()
                        : schema.has("additionalProperties") ? structure(schema.get("additionalProperties")) : null;
                yield new Structure.Fields(named, others);
            }
            case "array" ->
                switch (schema.path("x-kubernetes-list-type").asText()) {
                    case "set" -> new Structure.SetOf();
                    case "map" ->
                        new Structure.Keyed(
                                schema.path("x-kubernetes-list-map-keys")
                                        .valueStream()
                                        .map(JsonNode::asText)
                                        .toList(),
                                structure(schema.path("items")));
                    default -> Structure.leaf();
                };
            default -> Structure.leaf();
        };
    }
}
