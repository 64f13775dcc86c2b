package dev.underway.server.gitops;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.FieldError;
import dev.underway.model.FieldLines;
import dev.underway.model.Kind;
import dev.underway.model.Manifests;
import dev.underway.model.Manifests.Document;
import dev.underway.model.Manifests.ManifestException;
import dev.underway.model.Validation;
import dev.underway.model.fields.Misfit;
import dev.underway.model.fields.Nulls;
import dev.underway.model.schema.Schema;
import dev.underway.server.store.Resource;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads one file of manifests: everything that can be said of it without looking at anything else. Pure.
final class ManifestReader {
    /// What a repository may hold: what people write, and what the server does not write itself.
    private static final List<Kind> KINDS = List.of(Kind.NAMESPACE, Kind.GIT_SOURCE, Kind.UNIT_SET);

    /// Fields of the metadata that only the server writes, such as after `kubectl get -o yaml`.
    private static final List<String> SERVERS_OWN = List.of(
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "managedFields",
            "selfLink",
            "generateName");

    /// Annotations that the server writes about what it applies.
    private static final String OURS = "underway.dev/git-";

    private final String file;
    private final String namespace;
    private final List<Manifest> manifests = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    /// The objects of a file, none when it has problems.
    record Parsed(List<Manifest> manifests, List<Problem> problems) {}

    private ManifestReader(String file, String namespace) {
        this.file = file;
        this.namespace = namespace;
    }

    /// @param namespace of objects that name none
    static Parsed read(String file, byte[] bytes, String namespace) {
        var reader = new ManifestReader(file, namespace);
        reader.read(bytes);
        return new Parsed(
                reader.problems.isEmpty() ? List.copyOf(reader.manifests) : List.of(), List.copyOf(reader.problems));
    }

    private void read(byte[] bytes) {
        var text = text(bytes);
        if (text == null) {
            return;
        }
        try {
            var lines = new FieldLines(text);
            for (var document : Manifests.read(text)) {
                read(lines, document);
            }
        } catch (ManifestException e) {
            // The line is told by us.
            var message = String.valueOf(e.getMessage()).replaceFirst("^line \\d+: ", "");
            problems.add(new Problem(file, e.line(), "", message));
        }
    }

    private @Nullable String text(byte[] bytes) {
        var buffer = ByteBuffer.wrap(bytes);
        var decoder = StandardCharsets.UTF_8.newDecoder();
        try {
            var text = decoder.decode(buffer).toString();
            if (text.indexOf('\0') < 0) {
                return text.startsWith("\uFEFF") ? text.substring(1) : text;
            }
            problems.add(Problem.of(
                    file, "is a binary file, not a manifest; rename it, or name it in " + CommitReader.IGNORE_FILE));
        } catch (CharacterCodingException e) {
            problems.add(new Problem(file, lineOf(bytes, buffer.position()), "", "is not UTF-8; save it as UTF-8"));
        }
        return null;
    }

    private static int lineOf(byte[] bytes, int position) {
        int line = 1;
        for (int i = 0; i < position; i++) {
            if (bytes[i] == '\n') {
                line++;
            }
        }
        return line;
    }

    private void read(FieldLines lines, Document document) {
        var object = document.body();
        var kind = kind(lines, document);
        if (kind.isEmpty()) {
            return;
        }
        var findings = new ArrayList<FieldError>();
        if (object.get("metadata") instanceof ObjectNode metadata) {
            serversOwn(object, metadata, findings);
            if (kind.get().namespaced() && metadata.path("namespace").asText("").isEmpty()) {
                metadata.put("namespace", namespace);
            }
        }
        if (findings.isEmpty()) {
            check(kind.get(), object, findings);
        }
        findings.forEach(error -> problems.add(problem(lines, document, error)));
        if (findings.isEmpty()) {
            var metadata = object.path("metadata");
            var key = Resource.Key.of(
                    kind.get(),
                    kind.get().namespaced() ? metadata.path("namespace").asText() : "",
                    metadata.path("name").asText());
            manifests.add(new Manifest(key, object, file, document.line()));
        }
    }

    private Optional<Kind> kind(FieldLines lines, Document document) {
        var name = document.body().path("kind").asText("");
        var version = document.body().path("apiVersion").asText("");
        var known = KINDS.stream()
                .map(kind -> kind.name() + " (" + kind.apiVersion() + ")")
                .collect(Collectors.joining(", "));
        if (name.isEmpty() || version.isEmpty()) {
            problems.add(problem(
                    lines,
                    document,
                    FieldError.required(
                            name.isEmpty() ? "kind" : "apiVersion",
                            "is required; a file that is no manifest belongs into " + CommitReader.IGNORE_FILE)));
            return Optional.empty();
        }
        var kind = Kind.byName(version, name);
        if (kind.isEmpty()) {
            problems.add(problem(
                    lines,
                    document,
                    FieldError.invalid("kind", name + " of " + version + " is not known; known are " + known)));
            return kind;
        }
        if (!KINDS.contains(kind.get())) {
            problems.add(problem(
                    lines,
                    document,
                    FieldError.invalid(
                            "kind",
                            kind.get().plural()
                                    + " are written by the server and the agents, not by a repository, which"
                                    + " may hold " + known)));
            return Optional.empty();
        }
        return kind;
    }

    private static void serversOwn(ObjectNode object, ObjectNode metadata, List<FieldError> findings) {
        if (object.has("status")) {
            findings.add(FieldError.invalid("status", "is written by the server; remove it"));
        }
        for (var field : SERVERS_OWN) {
            if (metadata.has(field)) {
                findings.add(FieldError.invalid("metadata." + field, "is written by the server; remove it"));
            }
        }
        metadata.path("annotations").properties().forEach(annotation -> {
            if (annotation.getKey().startsWith(OURS)) {
                findings.add(FieldError.invalid(
                        "metadata.annotations." + annotation.getKey(), "is written by the server; remove it"));
            }
        });
        var pin = object.at("/spec/pin");
        if (!pin.isMissingNode() && !pin.isNull()) {
            findings.add(FieldError.invalid(
                    "spec.pin",
                    "is what 'underway rollout undo' sets, and ends with the next content; a repository goes back with"
                            + " git revert: remove it"));
        }
    }

    private static void check(Kind kind, ObjectNode object, List<FieldError> findings) {
        var schema = Schema.of(kind);
        Nulls.drop(schema.structure(), object);
        for (var field : schema.unknownFields(object)) {
            findings.add(FieldError.invalid(field, "there is no such field" + near(kind, field)));
        }
        if (!findings.isEmpty()) {
            return;
        }
        findings.addAll(schema.check(object));
        if (findings.isEmpty()) {
            findings.addAll(Validation.check(kind, object));
        }
        if (findings.isEmpty()) {
            Misfit.in(schema.structure(), object)
                    .forEach(misfit -> findings.add(FieldError.invalid(misfit.path(), misfit.message())));
        }
    }

    /// Where to look the fields up.
    private static String near(Kind kind, String field) {
        int dot = field.lastIndexOf('.');
        var parent = dot < 0 ? "" : "." + field.substring(0, dot).replaceAll("\\[[^]]*]", "");
        return "; see 'kubectl explain " + kind.singular() + parent + "'";
    }

    private Problem problem(FieldLines lines, Document document, FieldError error) {
        return new Problem(file, lines.find(document.line(), error.field()), error.field(), error.message());
    }
}
