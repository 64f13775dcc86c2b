package dev.underway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// The API as a program uses it: requests over TLS with the administrator's token.
public final class ApiClient {
    private final HttpClient http;
    private final URI server;
    private final String token;

    private ApiClient(HttpClient http, URI server, String token) {
        this.http = http;
        this.server = server;
        this.token = token;
    }

    public static ApiClient of(URI server, Path stateDirectory) throws IOException, GeneralSecurityException {
        var tls = trusting(stateDirectory);
        return new ApiClient(HttpClient.newBuilder().sslContext(tls).build(), server, token(stateDirectory));
    }

    /// The administrator's.
    public static String token(Path stateDirectory) throws IOException {
        return Files.readString(stateDirectory.resolve("admin.token")).strip();
    }

    /// TLS with servers of the authority in a state directory.
    public static SSLContext trusting(Path stateDirectory) throws IOException, GeneralSecurityException {
        var tls = SSLContext.getInstance("TLS");
        tls.init(null, trust(stateDirectory), null);
        return tls;
    }

    /// Trust in the authority in a state directory and in no other.
    public static TrustManager[] trust(Path stateDirectory) throws IOException, GeneralSecurityException {
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (var pem = Files.newInputStream(stateDirectory.resolve("ca.pem"))) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        return managers.getTrustManagers();
    }

    /// A caller without a token.
    public ApiClient anonymous() {
        return as("");
    }

    /// A caller with another token.
    public ApiClient as(String token) {
        return new ApiClient(http, server, token);
    }

    /// An answer that was read whole.
    public record Answer(int code, java.net.http.HttpHeaders headers, String body) {
        public JsonNode json() {
            try {
                return Codec.JSON.readTree(body);
            } catch (IOException e) {
                throw new AssertionError("not JSON: " + body, e);
            }
        }

        public String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    /// `headers` are names and values in turn.
    public Answer get(String path, String... headers) throws IOException, InterruptedException {
        return send(request(path, headers).GET());
    }

    public Answer send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return send(request(path, headers).method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    public Answer send(String method, String path, byte[] body, String... headers)
            throws IOException, InterruptedException {
        return send(request(path, headers).method(method, HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    /// The bytes of an answer that goes on.
    public InputStream stream(String path, String... headers) throws IOException, InterruptedException {
        return http.send(request(path, headers).build(), HttpResponse.BodyHandlers.ofInputStream())
                .body();
    }

    /// Opens a WebSocket; fails with a [java.net.http.WebSocketHandshakeException] when the server answers otherwise.
    public WebSocket frames(String path, WebSocket.Listener listener) throws InterruptedException, ExecutionException {
        return http.newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .buildAsync(URI.create(server.resolve(path).toString().replaceFirst("^http", "ws")), listener)
                .get();
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString(UTF_8));
        return new Answer(response.statusCode(), response.headers(), response.body());
    }

    private HttpRequest.Builder request(String path, String... headers) {
        var request = HttpRequest.newBuilder(server.resolve(path));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request;
    }
}
