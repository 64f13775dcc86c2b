package dev.underway.server.store;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

/// The one row that counts: see the migration that makes it.
@Entity
@Table(name = "store")
class StoreRow {
    @Id
    boolean one;

    UUID uid;
    long rv;
    long compacted;

    /// For Hibernate.
    @SuppressWarnings("NullAway.Init")
    StoreRow() {}
}
