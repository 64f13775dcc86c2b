package dev.underway.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.Policy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All that one host shall run. The agent keeps the last good one on disk and converges by it while the server is away.
///
/// `serverUid` names the server's store and `serial` grows with every change of any document of that store: an agent
/// refuses a
/// document of another server or with a lower serial. An assignment that is neither listed nor buried is an error and
/// never a
/// removal: removal needs a [Tombstone].
///
/// `held` is a hold of the whole host.
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DesiredState(
        int version,
        String serverUid,
        long serial,
        String host,
        List<Entry> assignments,
        List<Tombstone> tombstones,
        @Nullable Held held) {

    public DesiredState(
            int version,
            String serverUid,
            long serial,
            String host,
            List<Entry> assignments,
            List<Tombstone> tombstones) {
        this(version, serverUid, serial, host, assignments, tombstones, null);
    }

    /// Nothing is done to the host, or to one set on it, for `seconds` from when the document came. `message` says who
    /// wants that, and why.
    public record Held(long seconds, String message) {}

    /// Stands before the digest of a content with templates. An agent that does not know templates takes the whole for
    /// no digest and refuses the assignment; it would write the templates as they are otherwise.
    private static final String TEMPLATE = "template/";

    /// One UnitSet on this host. `uid` is the Assignment's. The content is fetched once by its digest.
    ///
    /// @param digest of the content, as [#digestOf] writes it
    /// @param values of the host for the templates of the content; null when it has none
    /// @param rendered digest of the content with the values in their places; null when it has no templates
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Entry(
            String namespace,
            String unitSet,
            String uid,
            long generation,
            Instant since,
            String revision,
            String digest,
            Policy policy,
            @Nullable Held held,
            @Nullable Map<String, String> values,
            @Nullable String rendered) {

        public Entry(
                String namespace,
                String unitSet,
                String uid,
                long generation,
                Instant since,
                String revision,
                String digest,
                Policy policy) {
            this(namespace, unitSet, uid, generation, since, revision, digest, policy, null, null, null);
        }

        /// The digest of a content, marked when the content has templates and `rendered` is not null.
        public static String digestOf(String content, @Nullable String rendered) {
            return rendered == null ? content : TEMPLATE + content;
        }

        /// The digest by which the content is fetched.
        public String source() {
            return digest.startsWith(TEMPLATE) ? digest.substring(TEMPLATE.length()) : digest;
        }

        /// The digest of what the host really gets: the same digest is the same on its disk.
        public String runs() {
            return rendered == null ? digest : rendered;
        }

        public Entry with(@Nullable Held other) {
            return new Entry(
                    namespace, unitSet, uid, generation, since, revision, digest, policy, other, values, rendered);
        }
    }

    /// An assignment whose units and files the agent removes (or, with `orphan`, forgets) and then reports as removed.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Tombstone(
            String namespace,
            String unitSet,
            String uid,
            boolean orphan,
            @Nullable String reason,
            @Nullable Held held) {

        public Tombstone(String namespace, String unitSet, String uid, boolean orphan, @Nullable String reason) {
            this(namespace, unitSet, uid, orphan, reason, null);
        }

        public Tombstone with(@Nullable Held held) {
            return new Tombstone(namespace, unitSet, uid, orphan, reason, held);
        }
    }
}
