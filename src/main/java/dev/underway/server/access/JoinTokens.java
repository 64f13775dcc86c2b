package dev.underway.server.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.Host;
import dev.underway.server.store.JoinToken;
import dev.underway.server.store.JoinTokenRepository;
import dev.underway.server.store.Outage;
import dev.underway.server.store.StoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The join tokens that people make, see and revoke.
@ApplicationScoped
class JoinTokens {
    private static final Duration DEFAULT_LIFE = Duration.ofHours(24);
    private static final Duration MIN_LIFE = Duration.ofSeconds(1);
    private static final Duration MAX_LIFE = Duration.ofDays(365);
    private static final int MAX_USES = 100_000;
    private static final int MAX_PATTERNS = 64;
    private static final int MAX_LABELS = 64;
    /// Expired tokens stay in the list for a while, so that people see why a host could not join.
    private static final Duration KEPT_AFTER_EXPIRY = Duration.ofDays(7);

    /// What a person asks for; absent is: 24 hours, one use, any host name, no labels.
    record Wish(
            @Nullable Duration expiresIn,
            @Nullable Integer uses,
            @Nullable List<String> hosts,
            @Nullable Map<String, String> labels) {}

    /// A join token as people see it. `uses` is how many are left. `token` is there only in the answer to its
    /// creation.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record View(
            String id,
            @Nullable String token,
            Instant expiresAt,
            int uses,
            List<String> hosts,
            Map<String, String> labels) {
        static View of(JoinToken token, @Nullable String text) {
            return new View(token.id(), text, token.expiresAt(), token.usesLeft(), token.hosts(), token.labels());
        }
    }

    private final JoinTokenRepository tokens;
    private final CertificateAuthority authority;

    JoinTokens(JoinTokenRepository tokens, CertificateAuthority authority) {
        this.tokens = tokens;
        this.authority = authority;
    }

    View create(Wish wish, String person) throws Refused, StoreException {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var text = JoinTokenText.create(authority);
        var token = new JoinToken(
                text.id(),
                Secrets.hash(text.secret()),
                now.plus(life(wish.expiresIn())),
                uses(wish.uses()),
                hosts(wish.hosts()),
                labels(wish.labels()));
        Outage.run(() -> tokens.removeExpiredBefore(now.minus(KEPT_AFTER_EXPIRY)));
        Outage.run(() -> tokens.add(token, person, now));
        return View.of(token, text.text());
    }

    List<View> list() throws StoreException {
        return Outage.guard(tokens::everyOne).stream()
                .map(token -> View.of(token, null))
                .toList();
    }

    boolean revoke(String id) throws StoreException {
        return Outage.guard(() -> tokens.remove(id));
    }

    private static Duration life(@Nullable Duration wish) throws Refused {
        var life = wish == null ? DEFAULT_LIFE : wish;
        if (life.compareTo(MIN_LIFE) < 0 || life.compareTo(MAX_LIFE) > 0) {
            throw Refused.badRequest("expiresIn must be between 1s and " + MAX_LIFE.toDays() + "d.");
        }
        return life;
    }

    private static int uses(@Nullable Integer wish) throws Refused {
        int uses = wish == null ? 1 : wish;
        if (uses < 1 || uses > MAX_USES) {
            throw Refused.badRequest("uses must be between 1 and " + MAX_USES + ".");
        }
        return uses;
    }

    private static List<String> hosts(@Nullable List<String> wish) throws Refused {
        var hosts = wish == null || wish.isEmpty() ? List.of("*") : wish;
        if (hosts.size() > MAX_PATTERNS) {
            throw Refused.badRequest("hosts may have at most " + MAX_PATTERNS + " patterns.");
        }
        for (var host : hosts) {
            if (host == null || !Names.isHostPattern(host)) {
                throw Refused.badRequest(
                        "hosts: a pattern has lower-case letters, digits, dots, hyphens and *, such as" + " web-*.");
            }
        }
        return List.copyOf(hosts);
    }

    private static Map<String, String> labels(@Nullable Map<String, String> wish) throws Refused {
        var labels = wish == null ? Map.<String, String>of() : wish;
        if (labels.size() > MAX_LABELS) {
            throw Refused.badRequest("labels may be at most " + MAX_LABELS + ".");
        }
        for (var label : labels.entrySet()) {
            if (!Names.isLabelKey(label.getKey())
                    || label.getValue() == null
                    || !Names.isLabelValue(label.getValue())) {
                throw Refused.badRequest("labels: " + label.getKey() + "=" + label.getValue()
                        + " is not a label; letters, digits, -, _ and ., at most 63 characters.");
            }
            if (label.getKey().startsWith(Host.AGENT_LABEL_PREFIX)) {
                throw Refused.badRequest("labels: " + Host.AGENT_LABEL_PREFIX + " is for what agents say themselves.");
            }
        }
        return Map.copyOf(labels);
    }
}
