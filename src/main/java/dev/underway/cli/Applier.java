package dev.underway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

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

    /// Throws [CommandFailed] with a message that begins with the manifest's file and line.
    Applied apply(ManifestFiles.Manifest manifest) throws CommandFailed {
        var target = ManifestTarget.of(manifest, namespace, explicitNamespace);
        try {
            return apply(target, manifest.object());
        } catch (Refused e) {
            throw target.located(manifest, e);
        }
    }

    private Applied apply(ManifestTarget target, ObjectNode object) throws CommandFailed {
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
}
