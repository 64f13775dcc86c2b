package dev.underway.agent.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/// A server with a CA of its own that speaks TLS on the loopback and answers as it is told.
public final class TestServer implements AutoCloseable {
    final KeyPair authorityKey = newKey();
    public final X509Certificate authority;
    public final List<String> bodies = new CopyOnWriteArrayList<>();
    private final HttpsServer server;
    private Answer answer = request -> new Reply(404, "", "");

    public interface Answer {
        Reply to(String request) throws Exception;
    }

    public record Reply(int status, String body, String etag) {}

    public TestServer() throws Exception {
        this("localhost");
    }

    /// With a certificate for the name `host` only.
    TestServer(String host) throws Exception {
        authority = certificate("CN=authority", authorityKey.getPublic(), true, null);
        var serverKey = newKey();
        var own = certificate("CN=server", serverKey.getPublic(), false, host);
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", serverKey.getPrivate(), new char[0], new X509Certificate[] {own, authority});
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        var tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), Identity.trusting(List.of(authority)).getTrustManagers(), null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                var wanted = tls.getDefaultSSLParameters();
                wanted.setWantClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        server.createContext("/", this::handle);
        server.start();
    }

    public void answers(Answer how) {
        answer = how;
    }

    public URI url() {
        return URI.create("https://localhost:" + server.getAddress().getPort());
    }

    /// The certificate that a request in PEM asks for.
    public String sign(String csr) throws Exception {
        var request = request(csr);
        var signed = certificate(request.getSubject().toString(), request.getPublicKey(), false, null);
        return Identity.encode("CERTIFICATE", signed.getEncoded());
    }

    /// The key that a request in PEM is about.
    public static PublicKey publicKey(String csr) throws Exception {
        return request(csr).getPublicKey();
    }

    private static JcaPKCS10CertificationRequest request(String csr) throws Exception {
        try (var parser = new PEMParser(new StringReader(csr))) {
            return new JcaPKCS10CertificationRequest((PKCS10CertificationRequest) parser.readObject());
        }
    }

    public String authorityPem() throws Exception {
        return Identity.encode("CERTIFICATE", authority.getEncoded());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            bodies.add(new String(exchange.getRequestBody().readAllBytes()));
            var reply = answer.to(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getOrDefault("X-underway-machine", List.of("-")) + " "
                    + exchange.getRequestHeaders().getOrDefault("If-none-match", List.of("-")));
            if (!reply.etag().isEmpty()) {
                exchange.getResponseHeaders().add("ETag", reply.etag());
            }
            var bytes = reply.body().getBytes();
            exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private X509Certificate certificate(String subject, PublicKey key, boolean isAuthority, String host)
            throws Exception {
        var now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=authority"),
                BigInteger.valueOf(System.nanoTime()),
                Date.from(now.minus(1, ChronoUnit.HOURS)),
                Date.from(now.plus(1, ChronoUnit.DAYS)),
                new X500Name(subject),
                key);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
        if (host != null) {
            var names = new GeneralNames(new GeneralName(GeneralName.dNSName, host));
            builder.addExtension(Extension.subjectAlternativeName, false, names);
        }
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(authorityKey.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }

    private static KeyPair newKey() throws RuntimeException {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
