package dev.underway.agent.fetch;

import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import dev.underway.model.Digests;
import dev.underway.wire.Enrolment;
import dev.underway.wire.Report;
import dev.underway.wire.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import org.bouncycastle.operator.OperatorCreationException;

/// The agent's side of the protocol in [Wire], over mutual TLS. Calls block.
public final class ServerClient implements AutoCloseable {
    private static final String MACHINE = "X-Underway-Machine";

    private final URI server;
    private final String host;
    private final String machine;
    /// Another one after each renewal of the certificate, which is a connection's for as long as that lasts.
    private volatile Exchange exchange;

    public ServerClient(URI server, Identity identity, String machine) throws FetchFailed {
        this.server = server;
        this.exchange = new Exchange(server, identity.tls());
        this.host = identity.host();
        this.machine = machine;
    }

    /// A document as the server sent it. `etag` asks for the next one.
    public record Answer(byte[] document, String etag) {}

    /// Waits for up to `wait` until the document is another than `etag` names (empty: any); empty when it is not.
    public Optional<Answer> desiredState(String etag, Duration wait) throws FetchFailed, InterruptedException {
        var request =
                request(Wire.desiredState(host) + "?wait=" + wait.toSeconds()).timeout(wait.plusSeconds(30));
        if (!etag.isEmpty()) {
            request.header("If-None-Match", etag);
        }
        var answer = exchange.send(request.build(), 200, 304);
        return answer.status() == 304 ? Optional.empty() : Optional.of(new Answer(answer.body(), answer.etag()));
    }

    /// The bytes of a revision's content, which are exactly those that `digest` covers.
    public byte[] revision(String digest) throws FetchFailed, InterruptedException {
        var bytes = exchange.send(request(Wire.revision(digest)).build(), 200).body();
        if (!Digests.sha256(bytes).equals(digest)) {
            throw new FetchFailed("DigestMismatch", "the server sent another content than revision " + digest);
        }
        return bytes;
    }

    public void report(Report report) throws FetchFailed, InterruptedException {
        var request = request(Wire.report(host))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Codec.bytes(report)));
        exchange.send(request.build(), 204, 200);
    }

    /// Gets a certificate with a new key for this host, keeps it in `state` and uses it for every request from now on.
    /// Whatever goes wrong, `identity` still counts.
    public Identity renew(Identity identity, StateDirectory state)
            throws FetchFailed, IOException, InterruptedException {
        try {
            var key = CertificateKey.create();
            var request = request(Wire.RENEW)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofByteArray(
                            Codec.bytes(new Enrolment.Renewal(Wire.VERSION, key.request(host)))));
            var answer = exchange.send(request.build(), 200);
            var renewed = identity.renewed(
                    key, Codec.read(answer.body(), Enrolment.Renewed.class).certificate());
            var next = new Exchange(server, renewed.tls());
            renewed.save(state);
            var old = exchange;
            exchange = next;
            old.finish();
            return renewed;
        } catch (GeneralSecurityException | OperatorCreationException | IllegalArgumentException e) {
            throw new FetchFailed("RenewalFailed", "the certificate cannot be renewed: " + e.getMessage(), e);
        }
    }

    private HttpRequest.Builder request(String path) {
        return exchange.to(path).header(MACHINE, machine);
    }

    @Override
    public void close() {
        exchange.close();
    }
}
