package dev.underway.server.store;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

@Entity
@Table(name = "host_identity")
class HostIdentityRow {
    @Id
    String host;

    String serial;
    String machine;

    @Column(name = "key_digest")
    String keyDigest;

    String token;

    @Column(name = "enrolled_at")
    Instant enrolledAt;

    /// For Hibernate.
    @SuppressWarnings("NullAway.Init")
    HostIdentityRow() {}

    HostIdentityRow(HostIdentity identity) {
        this.host = identity.host();
        this.serial = identity.serial();
        this.machine = identity.machine();
        this.keyDigest = identity.keyDigest();
        this.token = identity.token();
        this.enrolledAt = identity.enrolledAt();
    }

    HostIdentity value() {
        return new HostIdentity(host, serial, machine, keyDigest, token, enrolledAt);
    }
}
