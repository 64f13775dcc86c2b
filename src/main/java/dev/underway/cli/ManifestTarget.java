package dev.underway.cli;

import dev.underway.model.Kind;
import org.jspecify.annotations.Nullable;

/// The object that a manifest speaks of. `namespace` is null for kinds that have none.
record ManifestTarget(Kind kind, @Nullable String namespace, String name) {

    /// @param fallback where objects go that name no namespace
    /// @param explicit whether a person said `fallback` with `-n`: then a manifest may not say otherwise
    static ManifestTarget of(ManifestFiles.Manifest manifest, String fallback, boolean explicit) throws CommandFailed {
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
            return new ManifestTarget(kind, null, own);
        }
        if (!place.isEmpty() && explicit && !place.equals(fallback)) {
            throw failed(
                    manifest,
                    "metadata.namespace: is \"" + place + "\", but -n says \"" + fallback
                            + "\": leave one of them out");
        }
        return new ManifestTarget(kind, place.isEmpty() ? fallback : place, own);
    }

    /// As kubectl prints it: `unitset.underway.dev/web`.
    String printed() {
        return kind.singular() + (kind.group().isEmpty() ? "" : "." + kind.group()) + "/" + name;
    }

    /// The server's refusal, a line for each of its causes, which begins with the manifest's file and line.
    CommandFailed located(ManifestFiles.Manifest manifest, Refused refused) {
        var where = manifest.place() + ": " + printed() + ": ";
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
