package dev.underway.server.access;

import dev.underway.server.store.CredentialNews;
import dev.underway.server.store.HostIdentity;
import dev.underway.server.store.HostIdentityRepository;
import dev.underway.server.store.Outage;
import dev.underway.server.store.PersonTokenRepository;
import dev.underway.server.store.ServerConfig;
import dev.underway.server.store.StoreException;
import dev.underway.server.store.StoredPersonToken;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What is known about those who may call, in memory, so that telling who calls never waits for the database.
///
/// Read at start; from then on the database announces every change that any replica has committed, and what this
/// replica has committed itself is taken over at once. An announcement that is lost with the connection is made up for
/// when the connection is back, and a difference that nobody announced is found within seconds.
@ApplicationScoped
class Credentials implements CredentialNews.Reader {
    private final PersonTokenRepository personTokens;
    private final HostIdentityRepository hostIdentities;
    private final CredentialNews news;
    private final Event<CredentialsChanged> changes;
    private final ServerConfig config;

    private final Map<String, StoredPersonToken> people = new ConcurrentHashMap<>();
    private final Map<String, HostIdentity> hosts = new ConcurrentHashMap<>();
    private String state = "";
    private @Nullable AutoCloseable following;

    Credentials(
            PersonTokenRepository personTokens,
            HostIdentityRepository hostIdentities,
            CredentialNews news,
            Event<CredentialsChanged> changes,
            ServerConfig config) {
        this.personTokens = personTokens;
        this.hostIdentities = hostIdentities;
        this.news = news;
        this.changes = changes;
        this.config = config;
    }

    /// Runs before the server listens. The administrator is whoever holds the token in the state directory.
    void start(@Observes @Priority(100) StartupEvent event) throws IOException, StoreException {
        var admin = AdminKubeconfig.token(config.stateDirectory());
        personTokens.replace(
                new StoredPersonToken(
                        admin.id(),
                        Secrets.hash(admin.secret()),
                        AdminKubeconfig.NAME,
                        Set.of(Caller.ADMINS, Caller.AUTHENTICATED)),
                Instant.now());
        look();
        following = news.follow(this);
    }

    void stop(@Observes ShutdownEvent event) throws Exception {
        if (following != null) {
            following.close();
        }
    }

    @Nullable
    StoredPersonToken person(String tokenId) {
        return people.get(tokenId);
    }

    @Nullable
    HostIdentity identity(String host) {
        return hosts.get(host);
    }

    // What reads the database and takes over what it has read excludes the others, so that nothing older than what is
    // known is ever taken over.

    @Override
    public synchronized void people() throws StoreException {
        var all = Outage.guard(personTokens::everyone);
        people.keySet().retainAll(all.stream().map(StoredPersonToken::id).toList());
        all.forEach(token -> people.put(token.id(), token));
    }

    @Override
    public synchronized void host(String host) throws StoreException {
        Outage.guard(() -> hostIdentities.of(host)).ifPresentOrElse(this::put, () -> remove(host));
    }

    @Override
    public synchronized void look() throws StoreException {
        people();
        var now = Outage.guard(hostIdentities::state);
        if (now.equals(state)) {
            return;
        }
        var all = Outage.guard(hostIdentities::everyOne);
        var names = all.stream().map(HostIdentity::host).collect(Collectors.toSet());
        List.copyOf(hosts.keySet()).stream()
                .filter(host -> !names.contains(host))
                .forEach(this::remove);
        all.forEach(this::put);
        state = now;
    }

    synchronized void put(HostIdentity identity) {
        var before = hosts.put(identity.host(), identity);
        if (before != null && !before.equals(identity)) {
            changes.fire(new CredentialsChanged(identity.host()));
        }
    }

    synchronized void remove(String host) {
        if (hosts.remove(host) != null) {
            changes.fire(new CredentialsChanged(host));
        }
    }
}
