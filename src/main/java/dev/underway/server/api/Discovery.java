package dev.underway.server.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.UnitSetPlan;
import dev.underway.model.UnitSetRollout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tells clients which groups, versions and resources there are, in one aggregated document (`apidiscovery.k8s.io/v2`)
/// or in the older one document for each group version. Everything comes from [Kind#ALL].
final class Discovery {
    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private final String version;

    /// @param version of this server, such as `0.1.0`
    Discovery(String version) {
        this.version = version;
    }

    /// The Kubernetes version is the one whose conventions are followed; kubectl warns when it is too far from its own.
    Answer version() {
        return Answer.json(
                200,
                Codec.JSON
                        .createObjectNode()
                        .put("major", "1")
                        .put("minor", "35")
                        .put("gitVersion", "v1.35.0+underway-" + version)
                        .put("gitCommit", "")
                        .put("gitTreeState", "")
                        .put("buildDate", "")
                        .put("goVersion", "java" + Runtime.version().feature())
                        .put("compiler", "")
                        .put("platform", "linux/" + System.getProperty("os.arch")));
    }

    /// `/api`.
    Answer core(Request request) {
        if (wantsAggregated(request)) {
            return aggregated(request, List.of(""));
        }
        var versions = typed("APIVersions", null);
        versions.putArray("versions").add("v1");
        versions.putArray("serverAddressByClientCIDRs");
        return Cached.json(request, versions);
    }

    /// `/apis`.
    Answer groups(Request request) {
        if (wantsAggregated(request)) {
            return aggregated(request, List.of(Kind.GROUP));
        }
        var list = typed("APIGroupList", "v1");
        list.putArray("groups").add(group(Kind.GROUP));
        return Cached.json(request, list);
    }

    /// `/apis/GROUP`.
    Answer group(String name, Request request) {
        if (!name.equals(Kind.GROUP)) {
            throw Refusal.noSuchPath();
        }
        var group = typed("APIGroup", "v1");
        group.setAll(group(name));
        return Cached.json(request, group);
    }

    /// `/api/v1` or `/apis/GROUP/VERSION`.
    Answer resources(String group, String version, Request request) {
        var kinds = kinds(group, version);
        if (kinds.isEmpty()) {
            throw Refusal.noSuchPath();
        }
        var list = typed("APIResourceList", "v1");
        list.put("groupVersion", kinds.getFirst().apiVersion());
        var resources = list.putArray("resources");
        for (var kind : kinds) {
            var resource = resources
                    .addObject()
                    .put("name", kind.plural())
                    .put("singularName", kind.singular())
                    .put("namespaced", kind.namespaced())
                    .put("kind", kind.name());
            verbs(kind).forEach(resource.putArray("verbs")::add);
            names(resource, "shortNames", kind.shortNames());
            names(resource, "categories", kind.categories());
            for (var part : subresources(kind)) {
                var described = resources
                        .addObject()
                        .put("name", kind.plural() + "/" + part.name())
                        .put("singularName", "")
                        .put("namespaced", kind.namespaced())
                        .put("kind", part.answers());
                part.verbs().forEach(described.putArray("verbs")::add);
            }
        }
        return Cached.json(request, list);
    }

    /// What people may do with a kind.
    static List<String> verbs(Kind kind) {
        if (!Ownership.peopleMayDelete(kind)) {
            return List.of("get", "list", "patch", "update", "watch");
        }
        if (!Ownership.peopleMayCreate(kind)) {
            return List.of("delete", "deletecollection", "get", "list", "patch", "update", "watch");
        }
        return kind.equals(Kind.NAMESPACE)
                ? List.of("create", "delete", "get", "list", "patch", "update", "watch")
                : List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    }

    static List<Kind> kinds(String group, String version) {
        return Kind.ALL.stream()
                .filter(k -> k.group().equals(group) && k.version().equals(version))
                .toList();
    }

    private static boolean wantsAggregated(Request request) {
        return MediaRange.of(request.headers().get("Accept")).stream()
                .anyMatch(r -> r.is("APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2"));
    }

    private static Answer aggregated(Request request, List<String> groups) {
        var list = typed("APIGroupDiscoveryList", "apidiscovery.k8s.io/v2");
        list.putObject("metadata");
        var items = list.putArray("items");
        for (var group : groups) {
            var item = items.addObject();
            var metadata = item.putObject("metadata");
            if (!group.isEmpty()) {
                metadata.put("name", group);
            }
            var version = group.isEmpty() ? "v1" : Kind.VERSION;
            var described = item.putArray("versions").addObject();
            described.put("version", version).put("freshness", "Current");
            var resources = described.putArray("resources");
            kinds(group, version).forEach(kind -> aggregated(kind, resources));
        }
        return Cached.of(request, AGGREGATED, Codec.bytes(list), Map.of());
    }

    private static void aggregated(Kind kind, ArrayNode resources) {
        var resource = resources.addObject().put("resource", kind.plural());
        resource.set("responseKind", groupVersionKind(kind));
        resource.put("scope", kind.namespaced() ? "Namespaced" : "Cluster").put("singularResource", kind.singular());
        verbs(kind).forEach(resource.putArray("verbs")::add);
        names(resource, "shortNames", kind.shortNames());
        names(resource, "categories", kind.categories());
        if (!subresources(kind).isEmpty()) {
            var parts = resource.putArray("subresources");
            for (var part : subresources(kind)) {
                var described = parts.addObject().put("subresource", part.name());
                described.set("responseKind", groupVersionKind(kind).put("kind", part.answers()));
                part.verbs().forEach(described.putArray("verbs")::add);
            }
        }
    }

    /// A part of a resource with a path of its own. `answers` is the kind of what is answered.
    private record Subresource(String name, String answers, List<String> verbs) {}

    private static List<Subresource> subresources(Kind kind) {
        var parts = new ArrayList<Subresource>();
        if (kind.equals(Kind.UNIT_SET)) {
            parts.add(new Subresource("plan", UnitSetPlan.KIND, List.of("create")));
            parts.add(new Subresource("promote", kind.name(), List.of("create")));
            parts.add(new Subresource("retry", kind.name(), List.of("create")));
            parts.add(new Subresource("rollout", UnitSetRollout.KIND, List.of("get")));
        }
        if (kind.hasStatus()) {
            parts.add(new Subresource("status", kind.name(), List.of("get", "patch", "update")));
        }
        return parts;
    }

    static ObjectNode groupVersionKind(Kind kind) {
        return Codec.JSON
                .createObjectNode()
                .put("group", kind.group())
                .put("version", kind.version())
                .put("kind", kind.name());
    }

    private static ObjectNode group(String name) {
        var group = Codec.JSON.createObjectNode().put("name", name);
        var version = Codec.JSON
                .createObjectNode()
                .put("groupVersion", name + "/" + Kind.VERSION)
                .put("version", Kind.VERSION);
        group.putArray("versions").add(version);
        group.set("preferredVersion", version);
        return group;
    }

    private static ObjectNode typed(String kind, @Nullable String apiVersion) {
        var object = Codec.JSON.createObjectNode().put("kind", kind);
        return apiVersion == null ? object : object.put("apiVersion", apiVersion);
    }

    private static void names(ObjectNode resource, String field, List<String> names) {
        if (!names.isEmpty()) {
            names.forEach(resource.putArray(field)::add);
        }
    }
}
