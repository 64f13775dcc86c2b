package dev.underway.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a schema cannot say about a manifest: paths, unit names, unit files that parse, references, duplicates, limits
/// over all content.
public final class Validation {
    /// Most bytes of all file contents and unit texts of one UnitSet together.
    public static final int MAX_CONTENT_BYTES = 1 << 20;

    private Validation() {}

    /// Everything that is wrong with an object of `kind` that its schema accepts; empty when nothing is. Order follows
    /// the object. At most fifty errors are named.
    public static List<FieldError> check(Kind kind, ObjectNode object) {
        var findings = new Findings();
        MetadataRules.check(kind, object, findings);
        if (kind.equals(Kind.UNIT_SET)) {
            var set = Codec.read(object, UnitSet.class);
            unitSet(set.metadata().name(), set.spec(), findings);
        } else if (kind.equals(Kind.ASSIGNMENT)) {
            var spec = Codec.read(object, Assignment.class).spec();
            Names.label(spec.unitSet()).ifPresent(m -> findings.invalid("spec.unitSet", m));
            Names.subdomain(spec.host()).ifPresent(m -> findings.invalid("spec.host", m));
            Names.subdomain(spec.revision()).ifPresent(m -> findings.invalid("spec.revision", m));
            Hold.check(spec.hold(), findings);
        } else if (kind.equals(Kind.HOST)) {
            var spec = Codec.read(object, Host.class).spec();
            Hold.check(spec == null ? null : spec.hold(), findings);
        } else if (kind.equals(Kind.GIT_SOURCE)) {
            GitSourceRules.check(Codec.read(object, GitSource.class).spec(), findings);
        } else if (kind.equals(Kind.REVISION)) {
            var spec = Codec.read(object, Revision.class).spec();
            Names.label(spec.unitSet()).ifPresent(m -> findings.invalid("spec.unitSet", m));
        } else if (kind.equals(Kind.EVENT)) {
            Event.check(Codec.read(object, Event.class), findings);
        }
        return findings.list();
    }

    /// Sentences about what is allowed but probably not meant.
    public static List<String> warnings(Kind kind, ObjectNode object) {
        return kind.equals(Kind.UNIT_SET)
                ? Advice.of(Codec.read(object, UnitSet.class).spec())
                : List.of();
    }

    private static void unitSet(@Nullable String name, UnitSetSpec spec, Findings findings) {
        SelectorRules.check("spec.selector", spec.selector(), findings);
        FileRules.check(spec, findings);
        TemplateRules.check(spec, findings);
        UnitRules.check(spec, findings);
        RolloutRules.check(name == null ? "" : name, spec, findings);
        long bytes = contentBytes(spec);
        if (bytes > MAX_CONTENT_BYTES) {
            findings.add(new FieldError(
                    "spec",
                    "FieldValueTooLong",
                    "contents and unit texts have " + bytes + " bytes together; at most " + MAX_CONTENT_BYTES
                            + " are allowed; move large ones into an artifact"));
        }
    }

    private static long contentBytes(UnitSetSpec spec) {
        long bytes = 0;
        for (var file : spec.filesOrEmpty()) {
            bytes += size(file.content());
            bytes += file.contentBase64() == null ? 0 : file.contentBase64().length() * 3L / 4;
        }
        for (var unit : spec.unitsOrEmpty()) {
            bytes += size(unit.content());
            bytes += (unit.dropIns() == null ? Map.<String, String>of() : unit.dropIns())
                    .values().stream().mapToLong(Validation::size).sum();
        }
        return bytes;
    }

    private static long size(@Nullable String text) {
        return text == null ? 0 : text.getBytes(UTF_8).length;
    }
}
