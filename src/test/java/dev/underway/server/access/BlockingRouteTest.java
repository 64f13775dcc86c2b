package dev.underway.server.access;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A route whose callers have no credentials, so that each address is a caller: two bodies of 64 KiB fit for one of
/// them, three for all.
class BlockingRouteTest {
    private static final int BODY = 64 << 10;
    /// With what a request takes beside its body.
    private static final int REQUEST = BODY + (4 << 10);

    private static final String ONE = "127.0.0.1";
    private static final String OTHER = "127.0.0.2";

    private final Vertx vertx = Vertx.vertx();
    private HttpServer server;

    @BeforeEach
    void listen() throws Exception {
        var router = Router.router(vertx);
        new BlockingRoute(router, new Authenticator(null))
                .add(
                        HttpMethod.POST,
                        "/",
                        new Room(2 * REQUEST, 3 * REQUEST),
                        BODY,
                        _ -> {},
                        request -> Reply.json(200, request.remote()));
        server = done(vertx.createHttpServer()
                // As Quarkus hands it over.
                .requestHandler(request -> router.handle(request.pause()))
                .listen(0, "0.0.0.0"));
    }

    @AfterEach
    void end() throws Exception {
        done(vertx.close());
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aCallerWhoseRequestsDoNotEndIsRefusedMoreOfThem(HttpVersion version) throws Exception {
        var one = client(version, ONE);
        begin(one);
        begin(one);

        var refused = await().until(() -> whole(one), answer -> answer.statusCode() == 429);

        assertThat(refused.getHeader("Retry-After")).isEqualTo("2");
        assertThat(whole(client(version, OTHER)).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void allCallersTogetherHaveNoMoreThanAllTheRoom(HttpVersion version) throws Exception {
        var one = client(version, ONE);
        begin(one);
        begin(one);
        var other = client(version, OTHER);
        begin(other);

        var refused = await().until(() -> whole(other), answer -> answer.statusCode() == 503);

        assertThat(refused.getHeader("Retry-After")).isEqualTo("2");
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void theRoomOfThoseWhoEndOrGoAwayIsFree(HttpVersion version) throws Exception {
        var one = client(version, ONE);
        for (int i = 0; i < 5; i++) {
            assertThat(whole(one).statusCode()).isEqualTo(200);
        }
        var gone = client(version, ONE);
        begin(gone);
        begin(gone);
        await().until(() -> whole(one).statusCode() == 429);

        done(gone.close());

        await().until(() -> whole(one).statusCode() == 200);
    }

    @Test
    void aBodyTakesOnlyTheRoomThatItAnnounces() throws Exception {
        var one = client(HttpVersion.HTTP_2, ONE);
        begin(one);
        for (int i = 0; i < 5; i++) {
            begin(one, 1 << 10);
        }

        assertThat(post(one, 1 << 10).statusCode()).isEqualTo(200);
    }

    /// HTTP/2 lets 64 KiB of a connection be on their way that nobody has taken.
    @Test
    void whatIsRefusedDoesNotClogItsConnection() throws Exception {
        var one = client(HttpVersion.HTTP_2, ONE);
        var first = begin(one);
        var second = begin(one);
        await().until(() -> whole(one).statusCode() == 429);
        for (int i = 0; i < 10; i++) {
            assertThat(whole(one).statusCode()).isEqualTo(429);
        }

        first.reset();
        second.reset();

        await().until(() -> whole(one).statusCode() == 200);
    }

    private HttpClient client(HttpVersion version, String from) {
        return vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(version)
                .setHttp2ClearTextUpgrade(false)
                .setMaxPoolSize(version == HttpVersion.HTTP_2 ? 5 : 10)
                .setHttp2MaxPoolSize(1)
                .setLocalAddress(from));
    }

    private HttpClientRequest begin(HttpClient client) throws Exception {
        return begin(client, BODY);
    }

    /// A request that lacks its last byte.
    private HttpClientRequest begin(HttpClient client, int bytes) throws Exception {
        var request = request(client);
        request.putHeader("Content-Length", String.valueOf(bytes));
        var _ = request.write(Buffer.buffer(new byte[] {'{'}));
        return request;
    }

    private HttpClientResponse whole(HttpClient client) throws Exception {
        return post(client, BODY);
    }

    private HttpClientResponse post(HttpClient client, int bytes) throws Exception {
        return done(request(client).send(Buffer.buffer(new byte[bytes])));
    }

    private HttpClientRequest request(HttpClient client) throws Exception {
        return done(client.request(HttpMethod.POST, server.actualPort(), "127.0.0.1", "/"));
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, SECONDS);
    }
}
