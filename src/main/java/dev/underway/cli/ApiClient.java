package dev.underway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.FieldError;
import dev.underway.model.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The server's API over HTTP/1.1: a request, its JSON answer, and the warnings that came with it.
final class ApiClient implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final long MAX_ANSWER_BYTES = 64L << 20;
    private static final int PAGE = 500;
    private static final Pattern WARNING = Pattern.compile("299 \\S+ \"((?:[^\"\\\\]|\\\\.)*)\"");

    private final Connection connection;
    private final HttpClient http;
    private final Duration timeout;

    ApiClient(Connection connection, Duration timeout) throws CommandFailed {
        this.connection = connection;
        this.timeout = timeout;
        var builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_TIMEOUT);
        if (connection.server().getScheme().equals("https")) {
            builder.sslContext(Trust.context(connection));
        }
        this.http = builder.build();
    }

    /// An answer of 2xx.
    record Answer(ObjectNode body, List<String> warnings) {}

    /// What a request carries.
    record Content(String type, ObjectNode body) {
        static Content json(ObjectNode object) {
            return new Content("application/json", object);
        }

        static Content mergePatch(ObjectNode patch) {
            return new Content("application/merge-patch+json", patch);
        }
    }

    /// Path of a collection or, with `name`, of one object. `namespace` counts only for kinds that have one; null means
    /// all of them.
    static String path(Kind kind, @Nullable String namespace, @Nullable String name) {
        return (kind.group().isEmpty() ? "/api/" + kind.version() : "/apis/" + kind.group() + "/" + kind.version())
                + (kind.namespaced() && namespace != null ? "/namespaces/" + segment(namespace) : "")
                + "/"
                + kind.plural()
                + (name == null ? "" : "/" + segment(name));
    }

    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    Answer send(String method, String path, @Nullable Content content) throws CommandFailed {
        var response = exchange(
                request(method, path, content),
                HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
        var body = json(response.statusCode(), response.body());
        if (response.statusCode() / 100 != 2) {
            throw refusal(response.statusCode(), body);
        }
        return new Answer(body, warnings(response.headers().allValues("Warning")));
    }

    /// An answer that comes bit by bit, for as long as the server goes on with it; the request's timeout is for its
    /// beginning.
    InputStream open(String path) throws CommandFailed {
        var response = exchange(request("GET", path, null), HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() / 100 == 2) {
            return response.body();
        }
        try (var body = response.body()) {
            throw refusal(response.statusCode(), json(response.statusCode(), body.readAllBytes()));
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private HttpRequest request(String method, String path, @Nullable Content content) {
        var request = HttpRequest.newBuilder(URI.create(connection.server() + path))
                .timeout(timeout)
                .header("Accept", "application/json")
                .header("User-Agent", "underway")
                .method(
                        method,
                        content == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(Codec.bytes(content.body())));
        if (content != null) {
            request.header("Content-Type", content.type());
        }
        if (connection.credentials() instanceof Connection.Credentials.Token(var token)) {
            request.header("Authorization", "Bearer " + token);
        }
        return request.build();
    }

    Answer get(String path) throws CommandFailed {
        return send("GET", path, null);
    }

    /// The object, or null when there is none.
    @Nullable
    ObjectNode find(String path) throws CommandFailed {
        try {
            return get(path).body();
        } catch (Refused e) {
            if (e.reason().equals("NotFound")) {
                return null;
            }
            throw e;
        }
    }

    /// All objects of a kind, fetched page by page.
    List<ObjectNode> list(Kind kind, @Nullable String namespace) throws CommandFailed {
        return list(kind, namespace, "").items();
    }

    /// What was there at one moment, and the moment's number.
    record Listed(List<ObjectNode> items, String resourceVersion) {}

    /// The objects of a kind that a field selector picks; an empty one picks all.
    Listed list(Kind kind, @Nullable String namespace, String fieldSelector) throws CommandFailed {
        var items = new ArrayList<ObjectNode>();
        var path = path(kind, namespace, null) + "?limit=" + PAGE + picking(fieldSelector);
        var next = "";
        var version = "";
        do {
            var page = get(path + next).body();
            for (var item : page.path("items")) {
                if (item instanceof ObjectNode object) {
                    items.add(object);
                }
            }
            version = page.path("metadata").path("resourceVersion").asText("");
            var token = page.path("metadata").path("continue").asText("");
            next = token.isEmpty() ? "" : "&continue=" + segment(token);
        } while (!next.isEmpty());
        return new Listed(items, version);
    }

    /// The end of a query that picks objects by a field.
    static String picking(String fieldSelector) {
        return fieldSelector.isEmpty() ? "" : "&fieldSelector=" + segment(fieldSelector);
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler)
            throws CommandFailed {
        try {
            return http.send(request, handler);
        } catch (HttpTimeoutException e) {
            // A time that is shorter than that to connect may be over before there is a connection.
            throw e instanceof HttpConnectTimeoutException && timeout.compareTo(CONNECT_TIMEOUT) > 0
                    ? new CommandFailed(
                            Exit.NO_ACCESS,
                            "cannot reach the server " + connection.server()
                                    + ": nothing answers there; is it running, and does a firewall let you through?")
                    : new CommandFailed(
                            Exit.TIMED_OUT,
                            "the server " + connection.server() + " did not answer within " + timeout.toSeconds()
                                    + "s");
        } catch (SSLException e) {
            throw new CommandFailed(
                    Exit.NO_ACCESS,
                    "the server " + connection.server() + " is not the one that the kubeconfig trusts: "
                            + e.getMessage());
        } catch (ConnectException e) {
            throw new CommandFailed(
                    Exit.NO_ACCESS, "cannot reach the server " + connection.server() + ": is it running?");
        } catch (IOException e) {
            throw broken(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(Exit.FAILED, "interrupted");
        }
    }

    private CommandFailed broken(IOException e) {
        return new CommandFailed(
                Exit.NO_ACCESS, "the connection to " + connection.server() + " broke: " + e.getMessage());
    }

    private ObjectNode json(int status, byte[] body) throws CommandFailed {
        try {
            var tree = body.length == 0 ? null : Codec.JSON.readTree(body);
            return tree instanceof ObjectNode object ? object : Codec.JSON.createObjectNode();
        } catch (IOException e) {
            if (isUnable(status)) {
                return Codec.JSON.createObjectNode();
            }
            throw new CommandFailed(
                    Exit.FAILED,
                    "the server " + connection.server() + " answered " + status
                            + " with something that is not JSON: is it an Underway server?");
        }
    }

    /// Whether the server, or a proxy before it, could not do at all what it was asked, and refused nothing.
    private static boolean isUnable(int status) {
        return status == 429 || status >= 500;
    }

    /// Both shapes of a refusal: a Kubernetes `Status`, and the `{reason, message}` of Underway's own endpoints. A
    /// server that is unable is no [Refused]: who waits goes on waiting for it.
    private CommandFailed refusal(int status, ObjectNode body) {
        if (isUnable(status)) {
            return new CommandFailed(
                    Exit.NO_ACCESS,
                    "the server " + connection.server() + " cannot answer now (" + status
                            + (body.path("message").isTextual()
                                    ? ": " + body.path("message").asText()
                                    : "")
                            + "); see journalctl -u underway-server on the server");
        }
        var causes = new ArrayList<FieldError>();
        for (JsonNode cause : body.path("details").path("causes")) {
            causes.add(new FieldError(
                    cause.path("field").asText(""),
                    cause.path("reason").asText(""),
                    cause.path("message").asText("")));
        }
        var reason = body.path("reason").asText(status == 404 ? "NotFound" : "Unknown");
        var message = body.path("message").asText("the server answered " + status);
        return switch (status) {
            case 401 ->
                new Refused(
                        Exit.NO_ACCESS,
                        reason,
                        "the server does not know you (" + message + "): is this the right kubeconfig?",
                        causes);
            case 403 -> new Refused(Exit.NO_ACCESS, reason, message, causes);
            default -> new Refused(Exit.FAILED, reason, message, causes);
        };
    }

    /// The texts of `Warning: 299 - "…"` headers (RFC 9111, obsolete there but alive in Kubernetes). They are UTF-8;
    /// the client of the JDK takes each byte for a character.
    static List<String> warnings(List<String> headers) {
        return headers.stream()
                .map(h -> new String(h.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                .flatMap(h -> WARNING.matcher(h).results())
                .map(r -> r.group(1).replaceAll("\\\\(.)", "$1"))
                .toList();
    }

    /// Cuts what is still under way: a watch may be.
    @Override
    public void close() {
        http.shutdownNow();
    }
}
