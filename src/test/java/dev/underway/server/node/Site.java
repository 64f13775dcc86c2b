package dev.underway.server.node;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.server.access.AdminKubeconfig;
import dev.underway.server.store.Deletion;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.ServerConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// The running server with its administrator, and machines to meet it. Names are new each time, because tests share
/// one server.
final class Site {
    private static final AtomicInteger NAMES = new AtomicInteger();

    final ResourceStore store;
    private final URI server;
    private final String token;
    private final Certificate authority;
    private final HttpClient http;

    Site(URI server, ResourceStore store, ServerConfig config) throws Exception {
        this.server = server;
        this.store = store;
        this.token =
                AdminKubeconfig.prepare(config.stateDirectory(), server).token().text();
        try (var in = Files.newInputStream(config.stateDirectory().resolve("ca.pem"))) {
            this.authority = CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", authority);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        this.http = HttpClient.newBuilder().sslContext(tls).build();
    }

    /// A name that no other test uses.
    static String name(String prefix) {
        return prefix + "-" + NAMES.incrementAndGet();
    }

    Machine machine() throws Exception {
        return new Machine(server, authority, name("machine"), Machine.ecKey());
    }

    Machine machine(String id, java.security.KeyPair key) {
        return new Machine(server, authority, id, key);
    }

    /// A request of the administrator.
    Machine.Answer admin(String method, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(server.resolve(path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", method.equals("PATCH") ? "application/merge-patch+json" : "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        var response = http.send(request, BodyHandlers.ofByteArray());
        return new Machine.Answer(
                response.statusCode(), response.body(), response.headers().firstValue("ETag"));
    }

    String joinToken(String wish) throws Exception {
        return admin("POST", "/underway/v1/join-tokens", wish)
                .json()
                .path("token")
                .asText();
    }

    /// A join token for one host of this name and role.
    String joinToken(String host, String role) throws Exception {
        return joinToken("{\"hosts\": [\"%s\"], \"labels\": {\"role\": \"%s\"}}".formatted(host, role));
    }

    /// A machine that has joined as `host`, with the label `role`, and whose Host is Ready.
    Machine.Line join(String host, String role) throws Exception {
        var line = machine().join(joinToken(host, role), host);
        line.desiredState(host, null, 0);
        await().until(
                        () -> get(Kind.HOST, "", host)
                                .at("/status/conditions/0/status")
                                .asText(),
                        "True"::equals);
        return line;
    }

    /// A UnitSet of one file, for the hosts with the role that is also the namespace. `more` are further fields.
    void apply(String shop, String name, String content, String more) throws Exception {
        put(Kind.UNIT_SET, shop, name, """
            {"selector": {"matchLabels": {"role": "%s"}},
             "files": [{"path": "/etc/web.conf", "content": "%s"}] %s}\
            """.formatted(shop, content, more));
    }

    Resource put(Kind kind, String namespace, String name, String spec) throws Exception {
        var body = Codec.JSON.createObjectNode();
        body.put("apiVersion", kind.apiVersion()).put("kind", kind.name());
        body.set("spec", Codec.JSON.readTree(spec));
        return store.write(Resource.Key.of(kind, namespace, name), current -> {
            if (current == null) {
                return body;
            }
            var next = current.body().deepCopy();
            next.set("spec", body.get("spec"));
            return next;
        });
    }

    JsonNode get(Kind kind, String namespace, String name) throws Exception {
        return store.get(Resource.Key.of(kind, namespace, name))
                .<JsonNode>map(Resource::body)
                .orElse(Codec.JSON.missingNode());
    }

    void delete(Kind kind, String namespace, String name) throws Exception {
        store.write(Resource.Key.of(kind, namespace, name), Deletion.request(Clock.systemUTC()));
    }
}
