package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `deploy/crds/`: the kinds as CustomResourceDefinitions.
class CustomResourceDefinitionsTest {
    private static final Path DIRECTORY = Path.of("deploy/crds");
    private static final String WRITE = "crds";

    /// What Go's regular expressions do not have.
    private static final Pattern NOT_IN_GO = Pattern.compile("\\(\\?[=!<>]|[*+?}]\\+|\\\\[1-9]");

    static Stream<Kind> kinds() {
        return Kind.ALL.stream().filter(kind -> kind.group().equals(Kind.GROUP));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theFileOfAKindIsUpToDate(Kind kind) throws IOException {
        var definition = new CustomResourceDefinition(kind);
        var file = DIRECTORY.resolve(definition.fileName());
        if ("write".equals(System.getProperty(WRITE))) {
            Files.createDirectories(DIRECTORY);
            Files.writeString(file, definition.yaml());
        }

        var written = Files.exists(file) ? Files.readString(file) : "";

        assertThat(written)
                .as("%s is stale: mvn test -Dtest=CustomResourceDefinitionsTest -D%s=write", file, WRITE)
                .isEqualTo(definition.yaml());
    }

    @Test
    void thereIsOneFileForEachKindAndNoOther() throws IOException {
        try (var files = Files.list(DIRECTORY)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            kinds().map(kind -> new CustomResourceDefinition(kind).fileName())
                                    .toList());
        }
    }

    /// The rules of apiextensions.k8s.io/v1 ("Specifying a structural schema", "Merge strategy").
    @ParameterizedTest
    @MethodSource("kinds")
    void itsSchemaIsStructural(Kind kind) {
        assertThat(faults(schema(kind))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyColumnIsAFieldOfTheSchema(Kind kind) {
        for (var column : version(kind).path("additionalPrinterColumns")) {
            var path = column.path("jsonPath").asText();
            JsonNode at = schema(kind);
            for (var name : path.substring(1).replaceAll("\\[[^]]*]", ".*").split("\\.")) {
                at = name.equals("*")
                        ? at.path("items")
                        : at.has("additionalProperties")
                                ? at.path("additionalProperties")
                                : at.path("properties").path(name);
            }
            boolean metadata = path.startsWith(".metadata.");
            assertThat(metadata || !at.isMissingNode()).as(path).isTrue();
            assertThat(column.path("type").asText()).isIn("string", "integer", "date");
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void itsDefinitionNamesTheKindAsTheServerDoes(Kind kind) {
        var spec = new CustomResourceDefinition(kind).tree().path("spec");

        assertThat(spec.at("/names/plural").asText() + "." + spec.path("group").asText())
                .isEqualTo(kind.resource());
        assertThat(version(kind).at("/subresources/status").isObject()).isEqualTo(kind.hasStatus());
    }

    private static JsonNode version(Kind kind) {
        return new CustomResourceDefinition(kind).tree().at("/spec/versions/0");
    }

    private static JsonNode schema(Kind kind) {
        return version(kind).at("/schema/openAPIV3Schema");
    }

    private static List<String> faults(JsonNode root) {
        var faults = new ArrayList<String>();
        if (!root.at("/properties/metadata").toString().equals("{\"type\":\"object\"}")) {
            faults.add("metadata must be an object without properties");
        }
        check(root, "", faults);
        return faults;
    }

    private static void check(JsonNode node, String path, List<String> faults) {
        boolean intOrString = node.path("x-kubernetes-int-or-string").asBoolean();
        boolean anything = node.path("x-kubernetes-preserve-unknown-fields").asBoolean();
        var type = node.path("type").asText("");
        if (intOrString ? !type.isEmpty() : type.isEmpty() && !anything) {
            faults.add(path + ": type is missing, or there beside x-kubernetes-int-or-string");
        }
        if (node.has("properties") && node.has("additionalProperties")) {
            faults.add(path + ": properties and additionalProperties exclude each other");
        }
        if (!node.path("anyOf").isMissingNode()
                && !(intOrString
                        && node.path("anyOf").toString().equals("[{\"type\":\"integer\"},{\"type\":\"string\"}]"))) {
            faults.add(path + ": anyOf may say of x-kubernetes-int-or-string only what it is");
        }
        for (var keyword : List.of("$ref", "definitions", "dependencies", "oneOf", "allOf", "not", "uniqueItems")) {
            if (node.has(keyword)) {
                faults.add(path + ": " + keyword + " is not allowed");
            }
        }
        if (NOT_IN_GO.matcher(node.path("pattern").asText("")).find()) {
            faults.add(path + ": Go cannot read the pattern "
                    + node.path("pattern").asText());
        }
        Set<JsonNode> words = new HashSet<>();
        node.path("enum").forEach(word -> {
            if (!words.add(word)) {
                faults.add(path + ": " + word + " is twice in the enum");
            }
        });
        if (type.equals("array")) {
            list(node, path, faults);
            check(node.path("items"), path + "[]", faults);
        }
        if (node.has("additionalProperties")) {
            check(node.path("additionalProperties"), path + "{}", faults);
        }
        for (var required : node.path("required")) {
            if (!node.path("properties").has(required.asText())) {
                faults.add(path + ": requires " + required.asText() + ", which it does not have");
            }
        }
        node.path("properties").properties().forEach(property -> {
            var at = path + "." + property.getKey();
            check(property.getValue(), at, faults);
            if (!at.equals(".metadata")
                    && property.getValue().path("description").asText("").isEmpty()) {
                faults.add(at + ": nobody says what it is");
            }
        });
    }

    private static void list(JsonNode list, String path, List<String> faults) {
        var items = list.path("items");
        switch (list.path("x-kubernetes-list-type").asText("")) {
            case "map" -> {
                var required = new HashSet<String>();
                items.path("required").forEach(name -> required.add(name.asText()));
                for (var key : list.path("x-kubernetes-list-map-keys")) {
                    if (!required.contains(key.asText())) {
                        faults.add(path + ": the key " + key.asText() + " must be required");
                    }
                }
                if (list.path("x-kubernetes-list-map-keys").isEmpty()) {
                    faults.add(path + ": a list map has keys");
                }
            }
            case "set" -> {
                if (items.path("type").asText().equals("object")) {
                    faults.add(path + ": a set is of scalars");
                }
            }
            case "atomic", "" -> {}
            default -> faults.add(path + ": no such list type");
        }
    }
}
