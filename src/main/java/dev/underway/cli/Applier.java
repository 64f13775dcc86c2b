package dev.underway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Kind;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Makes one object as its manifest says: created when it is absent, patched when it differs, left alone when not.
///
/// @param namespace where objects go that name none
/// @param explicitNamespace whether a person said so with `-n`: then a manifest may not say otherwise
record Applier(ApiClient api, String namespace, boolean explicitNamespace, boolean dryRun) {
    private static final String MANAGER = "?fieldManager=underway-apply&fieldValidation=Strict";

    /// What became of a manifest; `name` is as kubectl prints it: `unitset.underway.dev/web`.
    record Applied(String name, Verb verb, boolean dryRun, List<String> warnings) {
        String sentence() {
            return name + " " + verb.name().toLowerCase(Locale.ROOT) + (dryRun ? " (server dry run)" : "");
        }
    }

    enum Verb {
        CREATED,
        CONFIGURED,
        UNCHANGED
    }

    /// A manifest that does not say what it is.
    private record Target(Kind kind, @Nullable String namespace, String name) {
        String printed() {
            return kind.singular() + (kind.group().isEmpty() ? "" : "." + kind.group()) + "/" + name;
        }
    }

    /// Throws [CommandFailed] with a message that begins with the manifest's file and line.
    Applied apply(ManifestFiles.Manifest manifest) throws CommandFailed {
        var target = target(manifest);
        try {
            return apply(target, manifest.object());
        } catch (Refused e) {
            throw located(manifest, target, e);
        }
    }

    private Applied apply(Target target, ObjectNode object) throws CommandFailed {
        var manifest = object.deepCopy();
        if (target.namespace() != null) {
            manifest.withObjectProperty("metadata").put("namespace", target.namespace());
        }
        var wanted = LastApplied.annotate(manifest);
        var path = ApiClient.path(target.kind(), target.namespace(), target.name());
        var query = MANAGER + (dryRun ? "&dryRun=All" : "");

        var live = api.find(path);
        if (live == null) {
            var collection = ApiClient.path(target.kind(), target.namespace(), null);
            var answer = api.send("POST", collection + query, ApiClient.Content.json(wanted));
            return new Applied(target.printed(), Verb.CREATED, dryRun, answer.warnings());
        }
        var patch = ThreeWayMerge.patch(LastApplied.of(live), wanted, live);
        if (patch.isEmpty()) {
            return new Applied(target.printed(), Verb.UNCHANGED, dryRun, List.of());
        }
        var answer = api.send("PATCH", path + query, ApiClient.Content.mergePatch(patch));
        return new Applied(target.printed(), Verb.CONFIGURED, dryRun, answer.warnings());
    }

    private Target target(ManifestFiles.Manifest manifest) throws CommandFailed {
        var object = manifest.object();
        var version = object.path("apiVersion").asText("");
        var name = object.path("kind").asText("");
        var kind = Kind.byName(version, name)
                .orElseThrow(() -> failed(
                        manifest,
                        version.isEmpty() || name.isEmpty()
                                ? "apiVersion and kind are required"
                                : "there is no kind \"" + name + "\" in \"" + version + "\"; Underway's are in "
                                        + Kind.UNIT_SET.apiVersion()));
        var own = object.path("metadata").path("name").asText("");
        if (own.isEmpty()) {
            throw failed(manifest, "metadata.name: is required");
        }
        var place = object.path("metadata").path("namespace").asText("");
        if (!kind.namespaced()) {
            return new Target(kind, null, own);
        }
        if (!place.isEmpty() && explicitNamespace && !place.equals(namespace)) {
            throw failed(
                    manifest,
                    "metadata.namespace: is \"" + place + "\", but -n says \"" + namespace
                            + "\": leave one of them out");
        }
        return new Target(kind, place.isEmpty() ? namespace : place, own);
    }

    private static CommandFailed located(ManifestFiles.Manifest manifest, Target target, Refused refused) {
        var where = manifest.place() + ": " + target.printed() + ": ";
        if (refused.causes().isEmpty()) {
            return new CommandFailed(refused.exit(), where + refused.getMessage());
        }
        var lines = refused.causes().stream()
                .map(c -> where + (c.field().isEmpty() ? "" : c.field() + ": ") + c.message())
                .toList();
        return new CommandFailed(refused.exit(), String.join("\n", lines));
    }

    private static CommandFailed failed(ManifestFiles.Manifest manifest, String message) {
        return new CommandFailed(Exit.FAILED, manifest.place() + ": " + message);
    }
}
