package dev.underway.server.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.underway.model.Codec;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;

@Entity
@Table(name = "join_token")
class JoinTokenRow {
    private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};

    @Id
    String id;

    String hash;

    @Column(name = "expires_at")
    Instant expiresAt;

    @Column(name = "uses_left")
    int usesLeft;

    List<String> hosts;
    String labels;

    @Column(name = "created_by")
    String createdBy;

    @Column(name = "created_at")
    Instant createdAt;

    /// For Hibernate.
    @SuppressWarnings("NullAway.Init")
    JoinTokenRow() {}

    JoinTokenRow(JoinToken token, String createdBy, Instant createdAt) {
        this.id = token.id();
        this.hash = token.hash();
        this.expiresAt = token.expiresAt();
        this.usesLeft = token.usesLeft();
        this.hosts = List.copyOf(token.hosts());
        this.labels = new String(Codec.bytes(token.labels()), StandardCharsets.UTF_8);
        this.createdBy = createdBy;
        this.createdAt = createdAt;
    }

    JoinToken value() {
        try {
            return new JoinToken(
                    id, hash, expiresAt, usesLeft, List.copyOf(hosts), Codec.JSON.readValue(labels, LABELS));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("labels of join token " + id, e);
        }
    }
}
