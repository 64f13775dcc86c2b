package dev.underway.server.node;

import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Digests;
import dev.underway.model.Hold;
import dev.underway.model.Policy;
import dev.underway.model.UnitSetSpec;
import dev.underway.server.store.Resource;
import dev.underway.wire.DesiredState;
import dev.underway.wire.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one host shall run, without the serial: two documents with the same etag ask for the same.
///
/// @param holds of sets, by the uid of the Assignment
/// @param hold of the whole host
record HostDocument(
        String host,
        List<DesiredState.Entry> entries,
        List<DesiredState.Tombstone> tombstones,
        Map<String, Hold> holds,
        @Nullable Hold hold,
        String etag) {

    /// The part of a document that one Assignment makes. `revision` names the Revision that holds its content,
    /// empty for a tombstone. Generation moves with the spec and with deletion, so uid and generation tell whether
    /// a part is stale.
    record Part(
            Resource.Key key,
            String host,
            String uid,
            long generation,
            DesiredState.@Nullable Entry entry,
            DesiredState.@Nullable Tombstone tombstone,
            @Nullable Hold hold) {

        static Part of(Resource resource) {
            var assignment = resource.as(Assignment.class);
            var spec = assignment.spec();
            var namespace = resource.key().namespace();
            var uid = resource.uid();
            return resource.deleting()
                    ? new Part(
                            resource.key(),
                            spec.host(),
                            uid,
                            resource.generation(),
                            null,
                            new DesiredState.Tombstone(
                                    namespace,
                                    spec.unitSet(),
                                    uid,
                                    spec.deletionPolicy() == UnitSetSpec.DeletionPolicy.Orphan,
                                    null),
                            spec.hold())
                    : new Part(
                            resource.key(),
                            spec.host(),
                            uid,
                            resource.generation(),
                            new DesiredState.Entry(
                                    namespace,
                                    spec.unitSet(),
                                    uid,
                                    resource.generation(),
                                    Objects.requireNonNullElse(spec.since(), Instant.EPOCH),
                                    spec.revision(),
                                    DesiredState.Entry.digestOf(spec.digest(), spec.rendered()),
                                    Objects.requireNonNullElse(spec.policy(), Policy.NONE),
                                    null,
                                    spec.values(),
                                    spec.rendered()),
                            null,
                            spec.hold());
        }

        /// Whether `resource` would make the same part.
        boolean speaksOf(Resource resource) {
            return uid.equals(resource.uid()) && generation == resource.generation();
        }
    }

    static HostDocument of(String host, Iterable<Part> parts, @Nullable Hold hold) {
        var holds = new TreeMap<String, Hold>();
        var entries = new ArrayList<DesiredState.Entry>();
        var tombstones = new ArrayList<DesiredState.Tombstone>();
        for (var part : parts) {
            if (part.entry() != null) {
                entries.add(part.entry());
            }
            if (part.hold() != null) {
                holds.put(part.uid(), part.hold());
            }
            if (part.tombstone() != null) {
                tombstones.add(part.tombstone());
            }
        }
        entries.sort(Comparator.comparing(DesiredState.Entry::namespace).thenComparing(DesiredState.Entry::unitSet));
        tombstones.sort(
                Comparator.comparing(DesiredState.Tombstone::namespace).thenComparing(DesiredState.Tombstone::unitSet));
        var content = Codec.bytes(new DesiredState(Wire.VERSION, "", 0, host, entries, tombstones));
        var words = Digests.sha256(content) + holds + hold;
        return new HostDocument(
                host,
                List.copyOf(entries),
                List.copyOf(tombstones),
                holds,
                hold,
                '"' + Digests.sha256(words).substring(0, 32) + '"');
    }

    /// The name of the Revision with this digest that the host shall run, with its namespace; null when there is
    /// none.
    DesiredState.@Nullable Entry withDigest(String digest) {
        return entries.stream()
                .filter(entry -> entry.source().equals(digest))
                .findFirst()
                .orElse(null);
    }

    /// The document as it goes over the wire at `now`: of holds only what is left of them.
    DesiredState at(long serial, String serverUid, Instant now) {
        var assignments = entries.stream()
                .map(entry -> entry.with(held(holds.get(entry.uid()), now)))
                .toList();
        var buried = tombstones.stream()
                .map(stone -> stone.with(held(holds.get(stone.uid()), now)))
                .toList();
        return new DesiredState(Wire.VERSION, serverUid, serial, host, assignments, buried, held(hold, now));
    }

    private static DesiredState.@Nullable Held held(@Nullable Hold hold, Instant now) {
        long seconds = hold == null ? 0 : Duration.between(now, hold.until()).toSeconds();
        return hold == null || seconds <= 0 ? null : new DesiredState.Held(seconds, hold.sentence());
    }
}
