package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.UnitSetSpec.DriftPolicy;
import dev.underway.model.schema.Describe;
import dev.underway.model.schema.Limit;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where manifests come from and what may be done with them. Absent fields are null here; the methods say what absence
/// means.
@JsonInclude(JsonInclude.Include.NON_NULL)
@Describe("Where manifests come from, and what may be done with them.")
public record GitSourceSpec(
        @Describe(
                "Where the repository is: https, ssh or file URL. Absent: this server hosts it, and people push to it.")
        @Limit(maxLength = 2048)
        @Nullable
        String url,

        @Describe("The branch that counts. Default main.") @Limit(maxLength = 244) @Nullable
        String branch,

        @Describe("The tag that counts, instead of a branch.") @Limit(maxLength = 244) @Nullable
        String tag,

        @Describe("The directory whose manifests count, from the root of the repository. Default: all of it.")
        @Limit(maxLength = 1024)
        @Nullable
        String path,

        @Describe("How often a pulled repository is looked at. Default 3m; a webhook asks at once.") @Nullable
        Duration interval,

        @Describe("The name under which the server's operator has put credentials for the url.")
        @Limit(maxLength = 63, pattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?", example = "github")
        @Nullable
        String credentials,

        @Describe("Nothing is applied or pruned while it is true; pushes are refused.") @Nullable
        Boolean suspend,

        @Describe("The most that one commit may remove without being confirmed: resources, or a share of all."
                + " Default 50%.")
        @Nullable
        IntOrPercent maxPrune,

        @Describe("Heal (default) puts back what was changed by hand in the server; Report only says so.") @Nullable
        DriftPolicy drift,

        @Describe("Lets a push to a hosted repository take commits back. Default false.") @Nullable
        Boolean allowForcePush,

        @Describe("Only commits count that are signed with one of these keys.") @Nullable
        Verify verify) {

    /// Most of what there was that one commit may remove unasked.
    private static final IntOrPercent MAX_PRUNE = new IntOrPercent(50, true);

    private static final String BRANCH = "main";
    private static final Duration INTERVAL = Duration.ofMinutes(3);

    /// The signatures that are asked for.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("The keys that a commit must be signed with.")
    public record Verify(
            @Describe("Public keys; one of them is enough.") @Limit(maxItems = 64, mapKeys = "name")
            List<Key> keys) {}

    /// A public key.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("A public key, of OpenPGP or of SSH.")
    public record Key(
            @Describe("Whose key it is.") @Limit(maxLength = 253)
            String name,

            @Describe("An armored OpenPGP block (gpg --armor --export), or a line as in ~/.ssh/id_ed25519.pub.")
            @Limit(maxLength = 65536)
            String key) {}

    /// Whether this server hosts the repository.
    public boolean isHosted() {
        return url == null;
    }

    /// The full name of the reference that counts, such as `refs/heads/main`.
    public String ref() {
        return tag != null ? "refs/tags/" + tag : "refs/heads/" + (branch == null ? BRANCH : branch);
    }

    public Duration intervalOrDefault() {
        return interval == null ? INTERVAL : interval;
    }

    public IntOrPercent maxPruneOrDefault() {
        return maxPrune == null ? MAX_PRUNE : maxPrune;
    }

    public boolean isSuspended() {
        return Boolean.TRUE.equals(suspend);
    }

    public boolean allowsForcePush() {
        return Boolean.TRUE.equals(allowForcePush);
    }

    public List<Key> keys() {
        return verify == null ? List.of() : verify.keys();
    }

    /// The directory without slashes at its ends, empty for the whole repository.
    public String directory() {
        return path == null ? "" : path.replaceAll("^(\\./|/)+|/+$", "").replaceAll("^\\.$", "");
    }
}
