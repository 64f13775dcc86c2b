package dev.underway.server.node;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Digests;
import dev.underway.wire.DesiredState;
import dev.underway.wire.Enrolment;
import dev.underway.wire.Report;
import dev.underway.wire.Wire;
import java.io.ByteArrayInputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/// A machine on the network, as the server meets it: a key, a machine id, and whatever it chooses to send.
final class Machine {
    final String id;
    final KeyPair key;
    private final URI server;
    final Certificate authority;

    Machine(URI server, Certificate authority, String id, KeyPair key) {
        this.server = server;
        this.authority = authority;
        this.id = Digests.sha256(id);
        this.key = key;
    }

    static KeyPair ecKey() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    static KeyPair rsaKey(int bits) throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    /// An answer: its status and its body.
    record Answer(int status, byte[] bytes, Optional<String> etag) {
        JsonNode json() throws Exception {
            return Codec.JSON.readTree(bytes);
        }

        /// `200`, or the status and the reason of the refusal.
        String word() throws Exception {
            return status < 400
                    ? String.valueOf(status)
                    : status + " " + json().path("reason").asText();
        }

        DesiredState document() {
            return Codec.read(bytes, DesiredState.class);
        }
    }

    Answer enrol(String token, String host) throws Exception {
        return enrol(token, host, Map.of(), csr(key, key));
    }

    Answer enrol(String token, String host, Map<String, String> labels, String csr) throws Exception {
        var request =
                new Enrolment.Request(Wire.VERSION, token, host, id, csr, labels, Map.of("os", "Debian GNU/Linux 12"));
        return new Line(this, null).post(Wire.ENROL, Codec.bytes(request));
    }

    /// Enrols and answers the line on which this machine then speaks as `host`.
    Line join(String token, String host) throws Exception {
        var answer = enrol(token, host);
        if (answer.status() != 200) {
            throw new AssertionError(answer.word());
        }
        var pem = answer.json().path("certificate").asText();
        var certificate =
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem.getBytes()));
        return new Line(this, certificate);
    }

    /// A request for the public half of `key`, signed by `signer`.
    static String csr(KeyPair key, KeyPair signer) throws Exception {
        var algorithm = signer.getPublic().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        var request = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=whatever"), key.getPublic())
                .build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate()));
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            writer.writeObject(new PemObject("CERTIFICATE REQUEST", request.getEncoded()));
        }
        return text.toString();
    }

    /// TLS connections with one client certificate, or with none.
    static final class Line {
        private final Machine machine;
        private final String machineId;
        private final HttpClient http;
        private final Certificate certificate;

        Line(Machine machine, Certificate certificate) throws Exception {
            this(machine, machine.id, certificate);
        }

        private Line(Machine machine, String machineId, Certificate certificate) throws Exception {
            this.machine = machine;
            this.machineId = machineId;
            this.certificate = certificate;
            this.http = HttpClient.newBuilder().sslContext(tls()).build();
        }

        /// The same certificate and key on a copy of the machine.
        Line copiedTo(String otherId) throws Exception {
            return new Line(machine, Digests.sha256(otherId), certificate);
        }

        Answer desiredState(String host, String etag, int wait) throws Exception {
            var request = request(Wire.desiredState(host) + "?wait=" + wait);
            if (etag != null) {
                request.header("If-None-Match", etag);
            }
            return send(request.build());
        }

        DesiredState document(String host) throws Exception {
            return desiredState(host, null, 0).document();
        }

        Answer get(String path) throws Exception {
            return send(request(path).build());
        }

        Answer post(String path, byte[] body) throws Exception {
            return send(request(path)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofByteArray(body))
                    .build());
        }

        /// A request that announces so many bytes, and sends none until it is cancelled.
        CompletableFuture<HttpResponse<byte[]>> announce(String path, int bytes) {
            Flow.Publisher<ByteBuffer> silence = subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {}
            });
            return http.sendAsync(
                    request(path)
                            .POST(BodyPublishers.fromPublisher(silence, bytes))
                            .build(),
                    BodyHandlers.ofByteArray());
        }

        Answer report(String host, List<Report.AssignmentReport> assignments, List<Report.Removed> removed)
                throws Exception {
            var report = new Report(Wire.VERSION, machineId, 0, null, assignments, removed);
            return post(Wire.report(host), Codec.bytes(report));
        }

        Answer report(String host, DesiredState.Entry entry, Assignment.Status status) throws Exception {
            return report(
                    host,
                    List.of(new Report.AssignmentReport(entry.namespace(), entry.unitSet(), entry.uid(), status)),
                    List.of());
        }

        private HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(machine.server.resolve(path)).header("X-Underway-Machine", machineId);
        }

        private Answer send(HttpRequest request) throws Exception {
            HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
            return new Answer(
                    response.statusCode(), response.body(), response.headers().firstValue("ETag"));
        }

        private SSLContext tls() throws Exception {
            var trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", machine.authority);
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            var own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            if (certificate != null) {
                own.setKeyEntry("host", machine.key.getPrivate(), new char[0], new Certificate[] {certificate});
            }
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, new char[0]);
            var tls = SSLContext.getInstance("TLS");
            tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return tls;
        }
    }
}
