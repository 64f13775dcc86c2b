package dev.underway.server.store;

import dev.underway.model.Kind;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A change as a row of the log.
@Entity
@Table(name = "event")
class EventRow {
    @Id
    long rv;

    Instant at;
    String kind;
    String namespace;
    String name;
    boolean removed;

    @Nullable
    String was;

    String body;

    /// For Hibernate.
    @SuppressWarnings("NullAway.Init")
    EventRow() {}

    EventRow(Instant at, LoggedChange change) {
        var resource = change.resource();
        this.rv = resource.resourceVersion();
        this.at = at;
        this.kind = resource.key().kind().resource();
        this.namespace = resource.key().namespace();
        this.name = resource.key().name();
        this.removed = change.removed();
        this.was = change.was() == null ? null : Json.text(change.was());
        this.body = Json.text(resource.body());
    }

    /// Empty when the kind is none of ours: another replica is newer than this one.
    Optional<LogEntry> entry() {
        return Kind.byResource(kind).map(known -> {
            var json = body.getBytes(StandardCharsets.UTF_8);
            var key = new Resource.Key(known, namespace, name);
            return new LogEntry(
                    key,
                    rv,
                    removed,
                    was == null ? null : Json.read(was, Seen.class),
                    Seen.of(known, Json.object(json)),
                    json);
        });
    }
}
