package dev.underway.testing.bench;

import dev.underway.agent.fetch.CertificateKey;
import dev.underway.model.Codec;
import dev.underway.wire.Enrolment;
import dev.underway.wire.Wire;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;

/// A machine that the server has enrolled, with a key and certificate of its own.
record JoinedHost(String name, String machine, HostKey key) {
    /// As many connections enrol, each one machine after the other.
    private static final int AT_ONCE = 8;

    /// Enrols `names` by the server's own protocol with `tokens` in turn. Answers in the order of the names.
    static List<JoinedHost> join(URI server, SSLContext trusting, List<String> tokens, List<String> names)
            throws Exception {
        var joined = new JoinedHost[names.size()];
        var next = new AtomicInteger();
        Callable<Void> enroller = () -> {
            try (var connection = AgentConnection.open(server, trusting, "")) {
                for (int i; (i = next.getAndIncrement()) < joined.length; ) {
                    joined[i] = one(connection, tokens.get(i % tokens.size()), names.get(i));
                }
                return null;
            }
        };
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            var enrollers = IntStream.range(0, AT_ONCE).mapToObj(_ -> enroller).toList();
            for (var done : threads.invokeAll(enrollers)) {
                done.get();
            }
        }
        return List.of(joined);
    }

    private static JoinedHost one(AgentConnection connection, String token, String name) throws Exception {
        var key = CertificateKey.create();
        var machine = "%064x".formatted(name.hashCode() & 0xffffffffL);
        var request = new Enrolment.Request(Wire.VERSION, token, name, machine, key.request(name), Map.of(), Map.of());
        var answer = connection.post(Wire.ENROL, Codec.bytes(request)).expect(200);
        var pem = Codec.read(answer.body(), Enrolment.Response.class).certificate();
        var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        return new JoinedHost(name, machine, new HostKey(key.pair().getPrivate(), certificate));
    }
}
