package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Describe;
import dev.underway.model.schema.Limit;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A branch of a Git repository whose manifests are applied, and pruned when they are gone from it.
@Describe("A branch of a Git repository whose manifests are applied, and pruned when they are gone from it.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GitSource(Metadata metadata, GitSourceSpec spec, GitSource.@Nullable Status status) {

    /// The annotation of every resource that a source applied: `<namespace>/<name>` of the source.
    public static final String OWNER = "underway.dev/git-source";

    /// Annotations of every resource that a source applied: the commit that changed it last, its author, and the file.
    public static final String COMMIT = "underway.dev/git-commit";

    public static final String AUTHOR = "underway.dev/git-author";
    public static final String FILE = "underway.dev/git-file";

    /// The annotation by which a person confirms that a commit may remove more than `maxPrune`: the commit's id.
    public static final String ALLOW_PRUNE = "underway.dev/allow-prune";

    /// The annotation by which a person asks to look at once; any new value does.
    public static final String SYNC_AT = "underway.dev/sync-at";

    /// What became of the newest commit.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("What became of the newest commit; written by the server.")
    public record Status(
            @Describe("The generation that this speaks of.") @Nullable
            Long observedGeneration,

            @Describe("Path of the repository on this server, for git clone and git push; only of a hosted one.")
            @Nullable
            String repository,

            @Describe("The commit that is applied.") @Nullable
            Commit applied,

            @Describe("The generation of the spec by which it was applied.") @Nullable
            Long appliedGeneration,

            @Describe("The newest commit, when it is not applied.") @Nullable
            Commit waiting,

            @Describe("How many resources the source owns.") @Nullable
            Integer resources,

            @Describe("Resources that differ from Git, when drift is Report.") @Nullable
            List<String> drifted,

            @Describe("When the repository was last looked at with success.") @Nullable
            Instant fetchedAt,

            @Describe("Ready, Reconciling and Stalled.") @Limit(mapKeys = "type") @Nullable
            List<Condition> conditions) {
        public static final Status NONE = new Status(null, null, null, null, null, null, null, null, null);
    }

    /// A commit, as a person knows it again.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("A commit.")
    public record Commit(
            @Describe("Its id, 40 hexadecimal digits.") String id,
            @Describe("Who wrote it: name <address>.") String author,
            @Describe("The first line of its message.") String subject,
            @Describe("When it was written.") Instant time) {}
}
