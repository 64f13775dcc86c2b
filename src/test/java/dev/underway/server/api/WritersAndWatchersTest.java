package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.server.store.ServerConfig;
import dev.underway.server.store.ShortMemory;
import dev.underway.testing.ApiClient;
import dev.underway.testing.watch.Traffic;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// Sixteen writers and sixteen watchers, over HTTP, while the log is forgotten again and again: see [Traffic] for what
/// is shown. `-Dunderway.traffic=all` for twenty times as much.
@QuarkusTest
@TestProfile(ApiAlone.class)
class WritersAndWatchersTest {
    private static final String NAMESPACE = "traffic";
    private static final int TIMES = "all".equals(System.getProperty("underway.traffic")) ? 400 : 20;

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    @Inject
    ShortMemory log;

    @Test
    void nothingIsLostOrToldTwiceAndAllSeeTheSame() throws Exception {
        var api = ApiClient.of(server, config.stateDirectory());
        var namespace = "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"" + NAMESPACE + "\"}}";
        assertThat(api.send("POST", "/api/v1/namespaces", namespace, "Content-Type", "application/json")
                        .code())
                .isEqualTo(201);
        var path = "/apis/underway.dev/v1alpha1/namespaces/" + NAMESPACE + "/unitsets";
        var manifest = (ObjectNode) Codec.JSON.readTree("""
            {"apiVersion": "underway.dev/v1alpha1", "kind": "UnitSet", "metadata": {},
             "spec": {"selector": {"matchLabels": {"role": "none"}}}}
            """);

        try (var traffic = new Traffic(List.of(api, ApiClient.of(server, config.stateDirectory())), path, manifest);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var writing = threads.submit(() -> {
                traffic.write(TIMES);
                return null;
            });
            while (!writing.isDone()) {
                Thread.sleep(300);
                log.forget();
            }
            writing.get();
            traffic.check();

            assertThat(traffic.relists()).as("lists after 410").isPositive();
            assertThat(traffic.connections()).isGreaterThan(100);
        }
    }
}
