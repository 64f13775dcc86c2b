package dev.underway.server.access;

import dev.underway.server.store.PersonTokenRepository;
import dev.underway.server.store.StoredPersonToken;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Set;

/// A person with a valid token who is in no group that may do anything. Every server of a test knows her.
@Singleton
public class Guest {
    public static final PersonToken TOKEN = PersonToken.create();

    /// Before [Credentials] reads who may call.
    void arrive(@Observes @Priority(50) StartupEvent event, PersonTokenRepository tokens) {
        var hash = Secrets.hash(TOKEN.secret());
        tokens.replace(new StoredPersonToken(TOKEN.id(), hash, "greta", Set.of(Caller.AUTHENTICATED)), Instant.now());
    }
}
