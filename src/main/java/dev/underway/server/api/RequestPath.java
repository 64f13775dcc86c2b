package dev.underway.server.api;

import dev.underway.model.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a URL path of the API names.
sealed interface RequestPath {
    /// `/version`.
    record Version() implements RequestPath {}

    /// `/healthz` and `/livez` (the process answers) or, with `ready`, `/readyz` (the store answers too).
    record Health(boolean ready) implements RequestPath {}

    /// `/api`: the versions of the core group.
    record CoreVersions() implements RequestPath {}

    /// `/apis`: the other groups.
    record Groups() implements RequestPath {}

    /// `/apis/GROUP`.
    record Group(String group) implements RequestPath {}

    /// `/api/v1` or `/apis/GROUP/VERSION`: the resources of a group version. The core group is "".
    record Resources(String group, String version) implements RequestPath {}

    /// `/openapi/v3`.
    record OpenApiIndex() implements RequestPath {}

    /// `/openapi/v2`.
    record OpenApiV2() implements RequestPath {}

    /// `/openapi/v3/api/v1` or `/openapi/v3/apis/GROUP/VERSION`.
    record OpenApiDocument(String groupVersionPath) implements RequestPath {}

    /// All resources of a kind, in `namespace` or (empty) everywhere.
    record Collection(Kind kind, String namespace) implements RequestPath {}

    /// One resource. `namespace` is empty for cluster-scoped kinds.
    record Item(Kind kind, String namespace, String name, Part part) implements RequestPath {}

    /// What a UnitSet would do, which need not exist: `…/unitsets/NAME/plan`.
    record Plan(String namespace, String name) implements RequestPath {}

    /// Where the hosts of a UnitSet stand, or a word about it: `…/unitsets/NAME/rollout`, `promote`, `retry`.
    record Rollout(String namespace, String name, RolloutPart part) implements RequestPath {}

    /// What of a rollout is meant.
    enum RolloutPart {
        REPORT,
        PROMOTE,
        RETRY
    }

    /// A question of the caller about itself, such as `selfsubjectaccessreviews`.
    record Review(String group, String resource) implements RequestPath {}

    /// Nothing that is served.
    record Unknown() implements RequestPath {}

    /// Which half of a resource a request reads or writes.
    enum Part {
        MAIN,
        STATUS
    }

    /// The meaning of a decoded path such as `/apis/underway.dev/v1alpha1/namespaces/default/unitsets/web`.
    static RequestPath of(String path) {
        var segments = segments(path);
        if (segments.isEmpty()) {
            return new Unknown();
        }
        var rest = segments.subList(1, segments.size());
        return switch (segments.getFirst().toLowerCase(Locale.ROOT)) {
            case "version" -> rest.isEmpty() ? new Version() : new Unknown();
            case "healthz", "livez" -> new Health(false);
            case "readyz" -> new Health(true);
            case "openapi" -> openApi(rest);
            case "api" -> rest.isEmpty() ? new CoreVersions() : inGroup("", rest);
            case "apis" ->
                switch (rest.size()) {
                    case 0 -> new Groups();
                    case 1 -> new Group(rest.getFirst());
                    default -> inGroup(rest.getFirst(), rest.subList(1, rest.size()));
                };
            default -> new Unknown();
        };
    }

    private static RequestPath openApi(List<String> rest) {
        if (rest.equals(List.of("v2"))) {
            return new OpenApiV2();
        }
        if (rest.isEmpty() || !rest.getFirst().equals("v3")) {
            return new Unknown();
        }
        return rest.size() == 1
                ? new OpenApiIndex()
                : new OpenApiDocument(String.join("/", rest.subList(1, rest.size())));
    }

    private static RequestPath inGroup(String group, List<String> rest) {
        var version = rest.getFirst();
        var names = rest.subList(1, rest.size());
        if (names.isEmpty()) {
            return new Resources(group, version);
        }
        if (Reviews.serves(group, names)) {
            return new Review(group, names.getFirst());
        }
        if (names.size() >= 3 && names.getFirst().equals("namespaces")) {
            var inNamespace = Kind.byPlural(group, version, names.get(2));
            if (inNamespace.isPresent() && inNamespace.get().namespaced()) {
                return resource(inNamespace.get(), names.get(1), names.subList(3, names.size()));
            }
        }
        return Kind.byPlural(group, version, names.getFirst())
                .map(kind -> resource(kind, "", names.subList(1, names.size())))
                .orElseGet(Unknown::new);
    }

    private static RequestPath resource(Kind kind, String namespace, List<String> names) {
        if (names.isEmpty()) {
            return new Collection(kind, namespace);
        }
        if (kind.namespaced() && namespace.isEmpty()) {
            return new Unknown();
        }
        return switch (names.size()) {
            case 1 -> new Item(kind, namespace, names.getFirst(), Part.MAIN);
            case 2 -> {
                if (kind.hasStatus() && names.get(1).equals("status")) {
                    yield new Item(kind, namespace, names.getFirst(), Part.STATUS);
                }
                yield kind.equals(Kind.UNIT_SET) ? ofUnitSet(namespace, names.getFirst(), names.get(1)) : new Unknown();
            }
            default -> new Unknown();
        };
    }

    private static RequestPath ofUnitSet(String namespace, String name, String part) {
        return switch (part) {
            case "plan" -> new Plan(namespace, name);
            case "rollout" -> new Rollout(namespace, name, RolloutPart.REPORT);
            case "promote" -> new Rollout(namespace, name, RolloutPart.PROMOTE);
            case "retry" -> new Rollout(namespace, name, RolloutPart.RETRY);
            default -> new Unknown();
        };
    }

    private static List<String> segments(String path) {
        var segments = new ArrayList<String>();
        for (var segment : path.split("/")) {
            if (!segment.isEmpty()) {
                segments.add(segment);
            }
        }
        return segments;
    }
}
