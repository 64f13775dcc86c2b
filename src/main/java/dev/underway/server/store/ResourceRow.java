package dev.underway.server.store;

import dev.underway.model.Kind;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/// A resource as a row.
@Entity
@Table(name = "resource")
class ResourceRow {
    @Embeddable
    record Id(
            @Column(name = "kind") String kind,
            @Column(name = "namespace") String namespace,
            @Column(name = "name") String name) {
        static Id of(Resource.Key key) {
            return new Id(key.kind().resource(), key.namespace(), key.name());
        }
    }

    @EmbeddedId
    Id id;

    UUID uid;
    long rv;
    /// When it was last written.
    Instant written;

    String body;

    /// For Hibernate.
    @SuppressWarnings("NullAway.Init")
    ResourceRow() {}

    /// @param text of its body
    ResourceRow(Resource resource, String text, Instant written) {
        this.id = Id.of(resource.key());
        this.written = written;
        this.uid = UUID.fromString(resource.uid());
        this.rv = resource.resourceVersion();
        this.body = text;
    }

    /// @param text of its body
    void become(Resource resource, String text, Instant at) {
        written = at;
        uid = UUID.fromString(resource.uid());
        rv = resource.resourceVersion();
        body = text;
    }

    Resource resource(Kind kind) {
        return new Resource(new Resource.Key(kind, id.namespace, id.name), rv, Json.object(body));
    }
}
