package dev.underway.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.UnitSetSpec.Artifact;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.Unit;
import java.util.Collection;
import java.util.Comparator;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Divides a UnitSet's spec into what makes a revision and what is policy.
///
/// A revision's digest stays the same for ever, so what a content means must never depend on defaults that may change:
/// what equals today's default (mode 0644, owner and group root, no template) is absent in the canonical form, and so
/// is what is
/// empty. Whoever changes such a default must write the old one into contents from then on.
public final class Contents {
    private static final int DIGEST_IN_NAME = 10;

    private Contents() {}

    /// Artifacts, files and unit texts in canonical order, without anything that is policy.
    public static Revision.Content of(UnitSetSpec spec) {
        return new Revision.Content(
                orNull(spec.artifactsOrEmpty().stream()
                        .sorted(Comparator.comparing(Artifact::name))
                        .toList()),
                orNull(spec.filesOrEmpty().stream()
                        .map(Contents::canonicalFile)
                        .sorted(Comparator.comparing(ManagedFile::path))
                        .toList()),
                orNull(spec.unitsOrEmpty().stream()
                        .flatMap(unit -> Stream.concat(Stream.of(text(unit)), ProxyUnits.texts(unit)))
                        .sorted(Comparator.comparing(Revision.UnitText::name))
                        .toList()));
    }

    /// What the spec says about how a host treats its content; [Policy#NONE] when it says nothing.
    public static Policy policy(UnitSetSpec spec) {
        return new Policy(
                orNull(spec.unitsOrEmpty().stream()
                        .flatMap(unit -> Stream.concat(Stream.of(unitPolicy(unit)), ProxyUnits.policies(unit)))
                        .filter(policy -> !policy.equals(Policy.NONE.unit(policy.name())))
                        .sorted(Comparator.comparing(Policy.UnitPolicy::name))
                        .toList()),
                orNull(spec.filesOrEmpty().stream()
                        .filter(file -> Boolean.TRUE.equals(file.adopt()))
                        .map(ManagedFile::path)
                        .sorted()
                        .toList()),
                spec.drift(),
                spec.restartedAt(),
                spec.rollout() == null ? null : spec.rollout().healthyDeadline());
    }

    /// The canonical JSON of a content (keys sorted, absent fields absent, no white space): what the digest covers and
    /// what the wire carries.
    public static byte[] canonical(Revision.Content content) {
        return Codec.bytes(sorted(Codec.tree(content)));
    }

    /// SHA-256 of [#canonical], 64 hexadecimal digits. Fixed for ever by golden tests.
    public static String digest(Revision.Content content) {
        return Digests.sha256(canonical(content));
    }

    /// The name of the Revision of a UnitSet whose content has this [#digest].
    public static String revisionName(String unitSet, String digest) {
        return unitSet + "-" + digest.substring(0, DIGEST_IN_NAME);
    }

    private static ManagedFile canonicalFile(ManagedFile file) {
        return new ManagedFile(
                file.path(),
                canonicalMode(file.mode()),
                unless("root", file.owner()),
                unless("root", file.group()),
                file.content(),
                file.contentBase64(),
                null,
                trueOrNull(file.template()));
    }

    private static @Nullable String canonicalMode(@Nullable String mode) {
        return mode == null ? null : unless("0644", mode.length() == 3 ? "0" + mode : mode);
    }

    private static Revision.UnitText text(Unit unit) {
        var dropIns = unit.dropIns();
        return new Revision.UnitText(
                unit.name(),
                unit.content(),
                dropIns == null || dropIns.isEmpty() ? null : new TreeMap<>(dropIns),
                trueOrNull(unit.template()),
                unit.proxy());
    }

    private static Policy.UnitPolicy unitPolicy(Unit unit) {
        return new Policy.UnitPolicy(
                unit.name(),
                unit.update(),
                unit.state(),
                orNull(unit.reloadOn()),
                orNull(unit.restartOn()),
                unit.readiness(),
                trueOrNull(unit.adopt()),
                unit.drain());
    }

    private static @Nullable Boolean trueOrNull(@Nullable Boolean value) {
        return Boolean.TRUE.equals(value) ? true : null;
    }

    private static @Nullable String unless(String standard, @Nullable String value) {
        return standard.equals(value) ? null : value;
    }

    private static <C extends Collection<?>> @Nullable C orNull(@Nullable C collection) {
        return collection == null || collection.isEmpty() ? null : collection;
    }

    private static JsonNode sorted(JsonNode node) {
        return switch (node) {
            case ObjectNode object -> {
                var copy = object.objectNode();
                var names = new TreeSet<String>();
                object.fieldNames().forEachRemaining(names::add);
                names.forEach(name -> copy.set(name, sorted(object.get(name))));
                yield copy;
            }
            case ArrayNode array -> {
                var copy = array.arrayNode();
                array.forEach(element -> copy.add(sorted(element)));
                yield copy;
            }
            default -> node;
        };
    }
}
