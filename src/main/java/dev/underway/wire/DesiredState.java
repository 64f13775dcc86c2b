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
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DesiredState(
        int version, String serverUid, long serial, String host, List<Entry> assignments, List<Tombstone> tombstones) {

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
            Policy policy) {}

    /// An assignment whose units and files the agent removes (or, with `orphan`, forgets) and then reports as removed.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Tombstone(
            String namespace,
            String unitSet,
            String uid,
            boolean orphan,
            @Nullable String reason) {}
}
