package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Describe;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One immutable content of a UnitSet, named `<unitset>-<first ten digits of its digest>`.
@Describe("One immutable content of a UnitSet; the history that undo goes back to. Written by the server.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Revision(Metadata metadata, Spec spec) {

    @Describe("The content and where it came from.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Spec(
            @Describe("Name of the UnitSet.") String unitSet,

            @Describe("SHA-256 over the canonical form of the content, 64 hexadecimal digits.")
            String digest,

            @Describe("Counts the set's revisions from 1.") long number,
            @Describe("Artifacts, files and unit texts.") Content content) {}

    /// Exactly what makes a revision: artifacts, files and unit texts, without any policy. Lists are sorted by name
    /// or path; absent and empty are the same and written as absent. Its digest is [Contents#digest].
    @Describe("Artifacts, files and unit texts.")
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Content(
            @Describe("Downloads.") @Nullable List<UnitSetSpec.Artifact> artifacts,
            @Describe("Files.") @Nullable List<UnitSetSpec.ManagedFile> files,
            @Describe("Unit texts.") @Nullable List<UnitText> units) {

        public List<UnitSetSpec.Artifact> artifactsOrEmpty() {
            return artifacts == null ? List.of() : artifacts;
        }

        public List<UnitSetSpec.ManagedFile> filesOrEmpty() {
            return files == null ? List.of() : files;
        }

        public List<UnitText> unitsOrEmpty() {
            return units == null ? List.of() : units;
        }
    }

    /// The text of one unit. Content is null for a unit that the host already has.
    @Describe("The text of one unit.")
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record UnitText(
            @Describe("Unit name.") String name,
            @Describe("The unit file.") @Nullable String content,
            @Describe("Drop-in files by name.") @Nullable Map<String, String> dropIns,

            @Describe("Whether the texts hold ${host.…} for values of the host.") @Nullable
            Boolean template,

            @Describe("The proxy in front of the service; its units are in this content, too.") @Nullable
            Proxy proxy) {

        public UnitText(String name, @Nullable String content, @Nullable Map<String, String> dropIns) {
            this(name, content, dropIns, null, null);
        }

        public UnitText(
                String name,
                @Nullable String content,
                @Nullable Map<String, String> dropIns,
                @Nullable Boolean template) {
            this(name, content, dropIns, template, null);
        }

        boolean isTemplate() {
            return Boolean.TRUE.equals(template);
        }

        public Map<String, String> dropInsOrEmpty() {
            return dropIns == null ? Map.of() : dropIns;
        }
    }
}
