package dev.underway.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.model.Kind;
import dev.underway.server.PostgresResource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.ServerConfig;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// With a lease of two seconds, so that silence does not take long.
@QuarkusTest
@WithTestResource(PostgresResource.class)
@TestProfile(SilentHostTest.ShortLease.class)
class SilentHostTest {
    public static final class ShortLease implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("underway.lease", "2s");
        }
    }

    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Inject
    ResourceStore store;

    @Inject
    ServerConfig config;

    @Test
    void aHostThatFallsSilentIsUnknownAndReadyAgainWhenItCalls() throws Exception {
        var site = new Site(server, store, config);
        var host = Site.name("web");
        var line = site.machine().join(site.joinToken(host, "web"), host);
        line.desiredState(host, null, 0);
        await().until(() -> ready(site, host), "True AgentHeard"::equals);

        await().atMost(Duration.ofSeconds(30)).until(() -> ready(site, host), "Unknown AgentSilent"::equals);

        assertThat(site.get(Kind.HOST, "", host).at("/status/lastSeen").asText())
                .isNotEmpty();
        line.desiredState(host, null, 0);
        await().until(() -> ready(site, host), "True AgentHeard"::equals);
    }

    @Test
    void aHostThatNobodyJoinedAsSaysSo() throws Exception {
        var site = new Site(server, store, config);
        var host = Site.name("planned");

        site.put(Kind.HOST, "", host, "{}");

        await().atMost(Duration.ofSeconds(30)).until(() -> ready(site, host), "False NotEnrolled"::equals);
    }

    private static String ready(Site site, String host) throws Exception {
        var ready = site.get(Kind.HOST, "", host).at("/status/conditions/0");
        return ready.path("status").asText() + " " + ready.path("reason").asText();
    }
}
