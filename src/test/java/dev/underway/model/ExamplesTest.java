package dev.underway.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Manifests.Document;
import dev.underway.model.Manifests.ManifestException;
import dev.underway.model.schema.Schema;
import dev.underway.model.unitfile.UnitName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every file of `crd-examples` is what we would have people write.
class ExamplesTest {

    static List<Path> examples() throws IOException {
        try (var files = Files.walk(Path.of("crd-examples"))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void isValidWithoutAWarning(Path example) throws Exception {
        for (var document : documents(example)) {
            var body = document.body();
            var kind = Kind.byName(
                            body.path("apiVersion").asText(), body.path("kind").asText())
                    .orElseThrow();

            assertThat(Schema.of(kind).unknownFields(body)).isEmpty();
            assertThat(Schema.of(kind).check(body)).isEmpty();
            assertThat(Validation.check(kind, body)).isEmpty();
            assertThat(Validation.warnings(kind, body)).isEmpty();
        }
    }

    @Test
    void hasUnitsThatSystemdLoadsWithoutAWord() throws Exception {
        var texts = new TreeMap<String, String>();
        for (var example : examples()) {
            for (var document : documents(example)) {
                if (document.body().path("kind").asText().equals(Kind.UNIT_SET.name())) {
                    // with those that a proxy consists of
                    Contents.of(Codec.read(document.body(), UnitSet.class).spec()).unitsOrEmpty().stream()
                            .filter(unit -> unit.content() != null)
                            .forEach(unit -> texts.put(unit.name(), unit.content()));
                }
            }
        }

        var systemd = OfflineSystemd.load(texts);

        assertThat(texts).isNotEmpty();
        texts.forEach((name, text) -> {
            assertThat(systemd.complaints(name)).isEmpty();
            if (!UnitName.isTemplate(name)) {
                assertThat(systemd.values(name, "Unit Load State"))
                        .describedAs(name)
                        .containsExactly("loaded");
            }
        });
    }

    private static List<Document> documents(Path example) throws IOException, ManifestException {
        var documents = Manifests.read(Files.readString(example));
        assertThat(documents).describedAs(example.toString()).isNotEmpty();
        return documents;
    }
}
