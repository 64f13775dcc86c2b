package dev.underway.server.access;

import dev.underway.server.store.HostIdentity;
import dev.underway.server.store.HostIdentityRepository;
import dev.underway.server.store.PersonTokenRepository;
import dev.underway.server.store.ServerConfig;
import dev.underway.server.store.StoredPersonToken;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What is known about those who may call, in memory, so that telling who calls never waits for the database.
///
/// Read at start, and changed only after the database has committed the same change. One replica: a second one
/// would not hear of the first one's enrolments.
@ApplicationScoped
class Credentials {
    private final PersonTokenRepository personTokens;
    private final HostIdentityRepository hostIdentities;
    private final ServerConfig config;

    private final Map<String, StoredPersonToken> people = new ConcurrentHashMap<>();
    private final Map<String, HostIdentity> hosts = new ConcurrentHashMap<>();

    Credentials(PersonTokenRepository personTokens, HostIdentityRepository hostIdentities, ServerConfig config) {
        this.personTokens = personTokens;
        this.hostIdentities = hostIdentities;
        this.config = config;
    }

    /// Runs before the server listens. The administrator is whoever holds the token in the state directory.
    void start(@Observes @Priority(100) StartupEvent event) throws IOException {
        var admin = AdminKubeconfig.token(config.stateDirectory());
        personTokens.replace(
                new StoredPersonToken(
                        admin.id(),
                        Secrets.hash(admin.secret()),
                        AdminKubeconfig.NAME,
                        Set.of(Caller.ADMINS, Caller.AUTHENTICATED)),
                Instant.now());
        personTokens.everyone().forEach(token -> people.put(token.id(), token));
        hostIdentities.everyOne().forEach(this::put);
    }

    @Nullable
    StoredPersonToken person(String tokenId) {
        return people.get(tokenId);
    }

    @Nullable
    HostIdentity host(String host) {
        return hosts.get(host);
    }

    void put(HostIdentity identity) {
        hosts.put(identity.host(), identity);
    }

    void remove(String host) {
        hosts.remove(host);
    }
}
