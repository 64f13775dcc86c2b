package dev.underway.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.server.PostgresResource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.ServerConfig;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Agents that wait for their document to change.
@QuarkusTest
@WithTestResource(PostgresResource.class)
class LongPollTest {
    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Inject
    ResourceStore store;

    @Inject
    ServerConfig config;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Site site;
    private String shop;

    @BeforeEach
    void site() throws Exception {
        site = new Site(server, store, config);
        shop = Site.name("shop");
    }

    @AfterEach
    void close() {
        threads.close();
    }

    @Test
    void answersOnlyTheHostThatIsConcerned() throws Exception {
        var here = shop + "-here";
        var there = shop + "-there";
        var concerned = poll(site.join(here, shop), here, 60);
        var unconcerned = poll(site.join(there, "other-" + shop), there, 8);

        site.apply(shop, "web", "hello", "");

        assertThat(concerned.join().status()).isEqualTo(200);
        assertThat(concerned.join().document().assignments()).hasSize(1);
        assertThat(unconcerned.join().status()).isEqualTo(304);
    }

    @Test
    void aLaterQuestionOfTheSameHostEndsTheEarlierOne() throws Exception {
        var host = shop + "-a";
        var line = site.join(host, shop);
        var earlier = poll(line, host, 60);
        Thread.sleep(500);

        var later = poll(line, host, 60);

        assertThat(earlier.join().status()).isEqualTo(304);
        site.apply(shop, "web", "hello", "");
        assertThat(later.join().status()).isEqualTo(200);
    }

    @Test
    void whoIsShutOutWhileWaitingWaitsNoLonger() throws Exception {
        var host = shop + "-a";
        var waiting = poll(site.join(host, shop), host, 60);
        Thread.sleep(500);

        site.admin("POST", "/underway/v1/hosts/" + host + "/reset", null);

        assertThat(waiting.get(10, TimeUnit.SECONDS).word()).isEqualTo("401 NotEnrolled");
    }

    private CompletableFuture<Machine.Answer> poll(Machine.Line line, String host, int wait) throws Exception {
        var etag = line.desiredState(host, null, 0).etag().orElseThrow();
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return line.desiredState(host, etag, wait);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                threads);
    }
}
