package dev.underway.server.store;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Set;

@Entity
@Table(name = "person_token")
class PersonTokenRow {
    @Id
    String id;

    String hash;
    String person;
    List<String> groups;

    @Column(name = "created_at")
    Instant createdAt;

    /// For Hibernate.
    @SuppressWarnings("NullAway.Init")
    PersonTokenRow() {}

    PersonTokenRow(StoredPersonToken token, Instant createdAt) {
        this.id = token.id();
        this.hash = token.hash();
        this.person = token.person();
        this.groups = List.copyOf(token.groups());
        this.createdAt = createdAt;
    }

    StoredPersonToken value() {
        return new StoredPersonToken(id, hash, person, Set.copyOf(groups));
    }
}
