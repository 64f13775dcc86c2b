package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.agent.Renewal.Next;
import dev.underway.agent.fetch.Enroller;
import dev.underway.agent.fetch.FetchFailed;
import dev.underway.agent.fetch.Identity;
import dev.underway.agent.fetch.JoinToken;
import dev.underway.agent.fetch.ServerClient;
import dev.underway.agent.fetch.TestServer;
import dev.underway.agent.fetch.TestServer.Reply;
import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import dev.underway.model.Digests;
import dev.underway.wire.Enrolment;
import dev.underway.wire.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A host that was away until its certificate, which lives for a day, was over; and one whose clock only says so.
class RejoinTest {
    private static final Enroller.Machine MACHINE = new Enroller.Machine("web1", "machine", Map.of(), Map.of());
    private static final Clock LATER = Clock.offset(Clock.systemUTC(), Duration.ofDays(2));

    @TempDir
    Path directory;

    private StateDirectory state;
    private TestServer server;
    private Identity first;
    private Path tokenFile;
    private Reply toJoin = refused(409, "NameTaken", "Host web1 has joined already.");
    private Reply toRenew = refused(401, "NotEnrolled", "This certificate counts no more.");

    @BeforeEach
    void aHostThatHasJoined() throws Exception {
        state = StateDirectory.open(directory.resolve("state"));
        server = new TestServer();
        server.answers(_ -> granted());
        var token = "uw1.id.secret." + Digests.sha256(server.authority.getEncoded());
        tokenFile = Files.writeString(directory.resolve("join-token"), token);
        first = Enroller.enrol(server.url(), JoinToken.parse(token), MACHINE, state);
        server.bodies.clear();
        server.answers(request -> request.contains(Wire.RENEW) ? toRenew : toJoin);
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        state.close();
    }

    @Test
    void saysWhatToDoAndKeepsItsIdentityUntilItIsAdmitted() throws Exception {
        assertThatThrownBy(() -> next(LATER))
                .isInstanceOfSatisfying(
                        FetchFailed.class, e -> assertThat(e.reason()).isEqualTo("CertificateExpired"))
                .hasMessageContaining("`underway host reset web1`")
                .hasMessageContaining("`underway join-token create` into " + tokenFile)
                .hasMessageEndingWith("Now: Host web1 has joined already.");

        assertThat(Identity.load(state)).contains(first);
    }

    @Test
    void joinsAgainWithTheTokenThatIsThereByThen() throws Exception {
        var token = Files.readString(tokenFile);
        Files.delete(tokenFile);
        assertThatThrownBy(() -> next(LATER)).hasMessageContaining("cannot be read from " + tokenFile);
        Files.writeString(tokenFile, token.replace("uw1.id", "uw1.new"));
        server.answers(request -> request.contains(Wire.RENEW) ? toRenew : granted());

        assertThat(next(LATER)).isEqualTo(Next.JOINED_AGAIN);

        assertThat(server.bodies.getLast()).contains("uw1.new.secret");
        assertThat(Identity.load(state).orElseThrow().key()).isNotEqualTo(first.key());
    }

    @Test
    void asksWithTheSameKeyAfterARestart() throws Exception {
        assertThatThrownBy(() -> next(LATER)).isInstanceOf(FetchFailed.class);
        var asked = publicKey();

        assertThat(membership(LATER).identity()).isEqualTo(first);
        assertThatThrownBy(() -> next(LATER)).isInstanceOf(FetchFailed.class);

        assertThat(publicKey()).isEqualTo(asked);
    }

    @Test
    void doesNotShowItsTokenBeforeTheEnd() {
        assertThatThrownBy(() -> next(Clock.systemUTC())).hasMessage("This certificate counts no more.");

        assertThat(server.bodies).noneMatch(body -> body.contains("uw1."));
    }

    @Test
    void isRenewedWhenOnlyItsOwnClockSaysThatItIsOver() throws Exception {
        server.answers(_ -> {
            var asked = Codec.read(server.bodies.getLast().getBytes(), Enrolment.Renewal.class);
            return new Reply(200, json(new Enrolment.Renewed(server.sign(asked.csr()), server.authorityPem())), "");
        });

        assertThat(next(LATER)).isEqualTo(Next.RENEWED);

        assertThat(server.bodies).noneMatch(body -> body.contains("uw1."));
    }

    private Next next(Clock clock) throws Exception {
        try (var client = new ServerClient(server.url(), first, MACHINE.machine())) {
            return new Renewal(state, client, membership(clock), first, () -> {}, clock, new Random()).next();
        }
    }

    private Membership membership(Clock clock) {
        return new Membership(state, server.url(), tokenFile, MACHINE, clock);
    }

    private Reply granted() throws Exception {
        var asked = Codec.read(server.bodies.getLast().getBytes(), Enrolment.Request.class);
        return new Reply(200, json(new Enrolment.Response(server.sign(asked.csr()), server.authorityPem(), "a")), "");
    }

    private PublicKey publicKey() throws Exception {
        return TestServer.publicKey(Codec.read(server.bodies.getLast().getBytes(), Enrolment.Request.class)
                .csr());
    }

    private static Reply refused(int status, String reason, String message) {
        return new Reply(status, json(new Enrolment.Refusal(reason, message)), "");
    }

    private static String json(Object answer) {
        return new String(Codec.bytes(answer));
    }
}
