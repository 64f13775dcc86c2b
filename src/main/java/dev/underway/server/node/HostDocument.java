package dev.underway.server.node;

import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Digests;
import dev.underway.model.Policy;
import dev.underway.model.UnitSetSpec;
import dev.underway.server.store.Resource;
import dev.underway.wire.DesiredState;
import dev.underway.wire.Wire;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What one host shall run, without the serial: two documents with the same etag ask for the same.
record HostDocument(
        String host, List<DesiredState.Entry> entries, List<DesiredState.Tombstone> tombstones, String etag) {

    /// The part of a document that one Assignment makes. `revision` names the Revision that holds its content,
    /// empty for a tombstone. Generation moves with the spec and with deletion, so uid and generation tell whether
    /// a part is stale.
    record Part(
            Resource.Key key,
            String host,
            String uid,
            long generation,
            DesiredState.@Nullable Entry entry,
            DesiredState.@Nullable Tombstone tombstone) {

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
                                    null))
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
                                    spec.digest(),
                                    Objects.requireNonNullElse(spec.policy(), Policy.NONE)),
                            null);
        }

        /// Whether `resource` would make the same part.
        boolean speaksOf(Resource resource) {
            return uid.equals(resource.uid()) && generation == resource.generation();
        }
    }

    static HostDocument of(String host, Iterable<Part> parts) {
        var entries = new ArrayList<DesiredState.Entry>();
        var tombstones = new ArrayList<DesiredState.Tombstone>();
        for (var part : parts) {
            if (part.entry() != null) {
                entries.add(part.entry());
            }
            if (part.tombstone() != null) {
                tombstones.add(part.tombstone());
            }
        }
        entries.sort(Comparator.comparing(DesiredState.Entry::namespace).thenComparing(DesiredState.Entry::unitSet));
        tombstones.sort(
                Comparator.comparing(DesiredState.Tombstone::namespace).thenComparing(DesiredState.Tombstone::unitSet));
        var content = Codec.bytes(new DesiredState(Wire.VERSION, "", 0, host, entries, tombstones));
        return new HostDocument(
                host,
                List.copyOf(entries),
                List.copyOf(tombstones),
                '"' + Digests.sha256(content).substring(0, 32) + '"');
    }

    /// The name of the Revision with this digest that the host shall run, with its namespace; null when there is
    /// none.
    DesiredState.@Nullable Entry withDigest(String digest) {
        return entries.stream()
                .filter(entry -> entry.digest().equals(digest))
                .findFirst()
                .orElse(null);
    }

    DesiredState at(long serial, String serverUid) {
        return new DesiredState(Wire.VERSION, serverUid, serial, host, entries, tombstones);
    }
}
