package dev.underway.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A kind of resource: its names and the record that gives its shape. [#ALL] is the registry.
///
/// `group` is empty for core/v1. `type` is the record whose components are the fields of the kind: `metadata`, and for
/// most kinds `spec` and `status`.
public record Kind(
        String group,
        String version,
        String name,
        String plural,
        String singular,
        List<String> shortNames,
        List<String> categories,
        boolean namespaced,
        boolean hasStatus,
        Class<? extends Record> type) {

    public static final String GROUP = "underway.dev";
    public static final String VERSION = "v1alpha1";

    public static final Kind UNIT_SET = own("UnitSet", "unitsets", List.of("us"), true, true, UnitSet.class);
    public static final Kind REVISION = own("Revision", "revisions", List.of("rev"), true, false, Revision.class);
    public static final Kind ASSIGNMENT =
            own("Assignment", "assignments", List.of("asn"), true, true, Assignment.class);
    public static final Kind GIT_SOURCE = own("GitSource", "gitsources", List.of("gs"), true, true, GitSource.class);
    public static final Kind HOST = own("Host", "hosts", List.of(), false, true, Host.class);
    public static final Kind NAMESPACE = core("Namespace", "namespaces", "ns", false, true, Namespace.class);
    public static final Kind EVENT = core("Event", "events", "ev", true, false, Event.class);

    public static final List<Kind> ALL = List.of(UNIT_SET, REVISION, ASSIGNMENT, GIT_SOURCE, HOST, NAMESPACE, EVENT);

    /// `underway.dev/v1alpha1`, or `v1` for the core group.
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /// The name in messages: `unitsets.underway.dev`, or `namespaces` for the core group.
    public String resource() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    public static Optional<Kind> byPlural(String group, String version, String plural) {
        return ALL.stream()
                .filter(k -> k.group.equals(group) && k.version.equals(version) && k.plural.equals(plural))
                .findFirst();
    }

    /// The kind whose [#resource] it is.
    public static Optional<Kind> byResource(String resource) {
        return ALL.stream().filter(k -> k.resource().equals(resource)).findFirst();
    }

    public static Optional<Kind> byName(String apiVersion, String name) {
        return ALL.stream()
                .filter(k -> k.apiVersion().equals(apiVersion) && k.name.equals(name))
                .findFirst();
    }

    private static Kind core(
            String name,
            String plural,
            String shortName,
            boolean namespaced,
            boolean hasStatus,
            Class<? extends Record> type) {
        return new Kind(
                "",
                "v1",
                name,
                plural,
                name.toLowerCase(Locale.ROOT),
                List.of(shortName),
                List.of(),
                namespaced,
                hasStatus,
                type);
    }

    private static Kind own(
            String name,
            String plural,
            List<String> shortNames,
            boolean namespaced,
            boolean hasStatus,
            Class<? extends Record> type) {
        return new Kind(
                GROUP,
                VERSION,
                name,
                plural,
                name.toLowerCase(Locale.ROOT),
                shortNames,
                List.of("underway"),
                namespaced,
                hasStatus,
                type);
    }
}
