package dev.underway.server.store;

import dev.underway.server.store.HostIdentity.Certified;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "host_identity")
class HostIdentityRow {
    @Id
    String host;

    String serial;
    String machine;

    @Column(name = "key_digest")
    String keyDigest;

    @Column(name = "next_serial")
    @Nullable
    String nextSerial;

    @Column(name = "next_key_digest")
    @Nullable
    String nextKeyDigest;

    String token;

    @Column(name = "enrolled_at")
    Instant enrolledAt;

    /// For Hibernate.
    @SuppressWarnings("NullAway.Init")
    HostIdentityRow() {}

    HostIdentityRow(HostIdentity identity) {
        this.host = identity.host();
        var next = identity.next();
        this.serial = identity.certificate().serial();
        this.keyDigest = identity.certificate().keyDigest();
        this.nextSerial = next == null ? null : next.serial();
        this.nextKeyDigest = next == null ? null : next.keyDigest();
        this.machine = identity.machine();
        this.token = identity.token();
        this.enrolledAt = identity.enrolledAt();
    }

    HostIdentity value() {
        var next = nextSerial == null || nextKeyDigest == null ? null : new Certified(nextSerial, nextKeyDigest);
        return new HostIdentity(host, new Certified(serial, keyDigest), next, machine, token, enrolledAt);
    }
}
