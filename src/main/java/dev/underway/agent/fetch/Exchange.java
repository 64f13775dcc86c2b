package dev.underway.agent.fetch;

import dev.underway.model.Codec;
import dev.underway.wire.Enrolment.Refusal;
import dev.underway.wire.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/// One question to the server and its answer. Redirects are not followed: the server that was asked answers.
final class Exchange implements AutoCloseable {
    private final URI server;
    private final HttpClient http;

    Exchange(URI server, SSLContext tls) {
        this.server = server;
        this.http = HttpClient.newBuilder()
                .sslContext(tls)
                .connectTimeout(Duration.ofSeconds(10))
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    /// An answer of at most [Wire#MAX_DOCUMENT_BYTES]. `etag` is empty when there is none.
    record Answer(int status, byte[] body, String etag) {}

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(server.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .header("Accept", "application/json");
    }

    /// The answer when its status is one of `expected`; anything else is a failure that carries the server's own words.
    Answer send(HttpRequest request, int... expected) throws FetchFailed, InterruptedException {
        HttpResponse<InputStream> response;
        Answer answer;
        try {
            response = http.send(request, BodyHandlers.ofInputStream());
            var body = Bounded.read(response.body(), Wire.MAX_DOCUMENT_BYTES);
            answer = new Answer(
                    response.statusCode(),
                    body,
                    response.headers().firstValue("ETag").orElse(""));
        } catch (IOException e) {
            throw new FetchFailed("ServerUnreachable", server + " cannot be reached: " + words(e), e);
        }
        for (int status : expected) {
            if (answer.status() == status) {
                return answer;
            }
        }
        throw refusal(answer);
    }

    private FetchFailed refusal(Answer answer) {
        try {
            var refusal = Codec.read(answer.body(), Refusal.class);
            if (refusal.reason() != null && refusal.message() != null) {
                return new FetchFailed(refusal.reason(), refusal.message());
            }
        } catch (IllegalArgumentException e) {
            // not an answer of our server: the status alone must do
        }
        return new FetchFailed("ServerRefused", server + " answered with HTTP status " + answer.status());
    }

    /// The innermost message says what is wrong with a certificate; the outer ones only that TLS failed.
    private static String words(Throwable failure) {
        var words = failure.getClass().getSimpleName();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null) {
                words = cause.getMessage();
            }
        }
        return words;
    }

    /// Lets the requests that are under way end, and ends after them.
    void finish() {
        http.shutdown();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
