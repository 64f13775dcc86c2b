package dev.underway.server.access;

import dev.underway.server.store.HostIdentity;
import dev.underway.server.store.JoinToken;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Whether a machine may become a host. Pure: everything that counts is an argument.
sealed interface Admission {
    /// It may, and one use of the token is gone.
    record Admitted(JoinToken token) implements Admission {}

    /// It asked before, with the same token and key, and the answer was lost: it is answered again, and nothing
    /// counts.
    record Repeated(JoinToken token) implements Admission {}

    record Turned(Refused refused) implements Admission {}

    /// What a machine asks for. `secret` is the token's; `keyDigest` is the SHA-256 of the public key in its
    /// request.
    record Candidate(String secret, String host, String machine, String keyDigest) {}

    /// Decides about a candidate, given the token of that id and the identity that counts for that name now.
    static Admission of(Candidate candidate, @Nullable JoinToken token, @Nullable HostIdentity current, Instant now) {
        if (token == null || !Secrets.matches(candidate.secret(), token.hash())) {
            return turned(
                    401, "TokenUnknown", "No such join token: make one with `underway join-token create` and use it.");
        }
        if (!now.isBefore(token.expiresAt())) {
            return turned(
                    403,
                    "TokenExpired",
                    "The join token expired at " + token.expiresAt() + ": make a new one with `underway join-token"
                            + " create`.");
        }
        if (!Names.isHost(candidate.host())) {
            return turned(
                    403,
                    "NameNotAllowed",
                    "A host's name has lower-case letters, digits, dots and hyphens, at most " + Names.MAX_HOST
                            + " characters: set underway.agent.name in its /etc/underway/agent.properties.");
        }
        if (token.hosts().stream().noneMatch(pattern -> Names.hostMatches(pattern, candidate.host()))) {
            return turned(
                    403,
                    "NameNotAllowed",
                    "The join token is for hosts named " + String.join(", ", token.hosts()) + ", not for "
                            + candidate.host() + ".");
        }
        if (current != null) {
            return ofKnown(candidate, token, current);
        }
        if (token.usesLeft() < 1) {
            return turned(
                    403,
                    "TokenUsedUp",
                    "The join token has no uses left: make a new one with `underway join-token" + " create`.");
        }
        return new Admitted(token);
    }

    private static Admission ofKnown(Candidate candidate, JoinToken token, HostIdentity current) {
        boolean sameKey = current.certificate().keyDigest().equals(candidate.keyDigest());
        if (sameKey && !current.machine().equals(candidate.machine())) {
            return turned(
                    403,
                    "MachineMismatch",
                    "This key belongs to another machine: give the copy a new /etc/machine-id, remove its"
                            + " /var/lib/underway, and let it join under a name of its own.");
        }
        return sameKey && current.token().equals(token.id())
                ? new Repeated(token)
                : turned(
                        409,
                        "NameTaken",
                        "Host " + candidate.host() + " has joined already: use another name, or free this one with"
                                + " `underway host reset " + candidate.host() + "`.");
    }

    private static Admission turned(int status, String reason, String message) {
        return new Turned(new Refused(status, reason, message));
    }
}
