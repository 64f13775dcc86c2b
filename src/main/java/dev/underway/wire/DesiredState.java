package dev.underway.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.Policy;
import java.time.Instant;
import java.util.List;
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

    /// One UnitSet on this host. `uid` is the Assignment's. The content is fetched once by `digest`.
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
            @Nullable Held held) {

        public Entry(
                String namespace,
                String unitSet,
                String uid,
                long generation,
                Instant since,
                String revision,
                String digest,
                Policy policy) {
            this(namespace, unitSet, uid, generation, since, revision, digest, policy, null);
        }

        public Entry with(@Nullable Held held) {
            return new Entry(namespace, unitSet, uid, generation, since, revision, digest, policy, held);
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
