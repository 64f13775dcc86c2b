package dev.underway.agent.fetch;

import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import dev.underway.wire.Enrolment;
import dev.underway.wire.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.GeneralSecurityException;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.bouncycastle.operator.OperatorCreationException;

/// Makes this machine a host: the key is made here and never leaves; the join token is shown to the server whose CA it
/// names and to no other.
public final class Enroller {
    private Enroller() {}

    /// What the machine says of itself.
    public record Machine(String host, String machine, Map<String, String> labels, Map<String, String> facts) {}

    /// Enrols and stores the identity. A token that the server refuses is a [FetchFailed] with the server's reason.
    ///
    /// May be ended at any moment, by a kill as well, and be called again: it then asks with the same key, and
    /// the server answers as before ([JoiningKey]).
    public static Identity enrol(URI server, JoinToken token, Machine machine, StateDirectory state)
            throws FetchFailed, IOException, InterruptedException {
        var pin = new PinnedAuthority(token.caSha256());
        try (var exchange = new Exchange(server, trusting(pin))) {
            var key = JoiningKey.of(machine.machine(), state);
            var request = new Enrolment.Request(
                    Wire.VERSION,
                    token.text(),
                    machine.host(),
                    machine.machine(),
                    key.request(machine.host()),
                    machine.labels(),
                    machine.facts());
            var answer = exchange.send(
                    exchange.to(Wire.ENROL)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofByteArray(Codec.bytes(request)))
                            .build(),
                    200,
                    201);
            var response = Codec.read(answer.body(), Enrolment.Response.class);
            pin.pinned(Identity.certificates(response.ca()));
            var identity = new Identity(
                    machine.host(), response.serverUid(), key.pem(), response.certificate(), response.ca());
            DesiredStateStore.forget(state);
            identity.save(state);
            settle(state);
            return identity;
        } catch (GeneralSecurityException | OperatorCreationException | IllegalArgumentException e) {
            throw new FetchFailed("EnrolmentFailed", "enrolment failed: " + e.getMessage(), e);
        }
    }

    /// Leaves no trace of how a machine joined that has its identity: it may have been ended just before that.
    public static void settle(StateDirectory state) throws IOException {
        JoiningKey.forget(state);
    }

    private static SSLContext trusting(TrustManager manager) throws FetchFailed {
        try {
            var tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {manager}, null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new FetchFailed("EnrolmentFailed", "this JDK has no TLS", e);
        }
    }
}
