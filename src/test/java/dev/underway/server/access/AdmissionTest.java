package dev.underway.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.server.store.HostIdentity;
import dev.underway.server.store.HostIdentity.Certified;
import dev.underway.server.store.JoinToken;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which machines may become hosts. The token is for `web-*`; the name `web-1`, when taken, belongs to machine m1
/// with key k1, which joined by token t1.
class AdmissionTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final String SECRET = "5ec7e7";

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # when                                   | token | secret | expires | uses | name  | taken | machine | key | answer
        a machine with a good token              | t1    | right  | later   | 1    | web-1 | no    | m1      | k1  | Admitted
        the token is not known                   | none  | right  | later   | 1    | web-1 | no    | m1      | k1  | TokenUnknown
        the secret is wrong                      | t1    | wrong  | later   | 1    | web-1 | no    | m1      | k1  | TokenUnknown
        the token has just expired               | t1    | right  | now     | 1    | web-1 | no    | m1      | k1  | TokenExpired
        the token is used up                     | t1    | right  | later   | 0    | web-1 | no    | m1      | k1  | TokenUsedUp
        the name is not among those allowed      | t1    | right  | later   | 1    | db-1  | no    | m1      | k1  | NameNotAllowed
        the name is no host name                 | t1    | right  | later   | 1    | Web_1 | no    | m1      | k1  | NameNotAllowed
        another key asks for a taken name        | t1    | right  | later   | 1    | web-1 | yes   | m2      | k2  | NameTaken
        the same machine lost its key            | t1    | right  | later   | 1    | web-1 | yes   | m1      | k2  | NameTaken
        a copy of the machine, key included      | t1    | right  | later   | 1    | web-1 | yes   | m2      | k1  | MachineMismatch
        the answer was lost and it asks again    | t1    | right  | later   | 0    | web-1 | yes   | m1      | k1  | Repeated
        it asks again with another token         | t2    | right  | later   | 1    | web-1 | yes   | m1      | k1  | NameTaken
        it asks again after the token's end      | t1    | right  | now     | 0    | web-1 | yes   | m1      | k1  | TokenExpired
        """)
    void decides(
            String when,
            String token,
            String secret,
            String expires,
            int uses,
            String name,
            String taken,
            String machine,
            String key,
            String answer) {
        var stored = token.equals("none") ? null : token(token, expires.equals("now") ? NOW : NOW.plusSeconds(1), uses);
        var current =
                taken.equals("yes") ? new HostIdentity("web-1", new Certified("1", "k1"), null, "m1", "t1", NOW) : null;
        var candidate = new Admission.Candidate(secret.equals("right") ? SECRET : "guess", name, machine, key);

        var admission = Admission.of(candidate, stored, current, NOW);

        assertThat(word(admission)).as(when).isEqualTo(answer);
    }

    @Test
    void saysWhereAHostIsNamed() {
        var candidate = new Admission.Candidate(SECRET, "Web_1", "m1", "k1");

        assertThat(Admission.of(candidate, token("t1", NOW.plusSeconds(1), 1), null, NOW))
                .isInstanceOfSatisfying(
                        Admission.Turned.class,
                        turned -> assertThat(turned.refused())
                                .hasMessageEndingWith(
                                        "set underway.agent.name in its /etc/underway/agent.properties."));
    }

    private static @Nullable JoinToken token(String id, Instant expiresAt, int uses) {
        return new JoinToken(id, Secrets.hash(SECRET), expiresAt, uses, List.of("web-*"), Map.of());
    }

    private static String word(Admission admission) {
        return switch (admission) {
            case Admission.Admitted _ -> "Admitted";
            case Admission.Repeated _ -> "Repeated";
            case Admission.Turned turned -> turned.refused().reason();
        };
    }
}
