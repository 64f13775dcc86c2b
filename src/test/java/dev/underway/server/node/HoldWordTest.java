package dev.underway.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.model.Kind;
import dev.underway.server.PostgresResource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.ServerConfig;
import dev.underway.wire.DesiredState;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What people say of a host or an assignment, and how it reaches the agent: that it is held, that it is tried again.
@QuarkusTest
@WithTestResource(PostgresResource.class)
class HoldWordTest {
    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Inject
    ResourceStore store;

    @Inject
    ServerConfig config;

    private Site site;
    private String shop;
    private String host;
    private Machine.Line line;

    @BeforeEach
    void oneHostWithOneSet() throws Exception {
        site = new Site(server, store, config);
        shop = Site.name("shop");
        host = shop + "-a";
        line = site.join(host, shop);
        site.apply(shop, "web", "hello", "");
        await().until(() -> document().assignments().size() == 1);
    }

    @Test
    void aHoldOfAHostReachesItsAgentAsSecondsAndIsSigned() throws Exception {
        var answer = patch(hostPath(), hold(Instant.now().plusSeconds(3600), "\"by\": \"somebody else\","));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/spec/hold/by").asText()).isEqualTo("admin");
        await().until(() -> document().held() != null);
        assertThat(document().held().seconds()).isBetween(3000L, 3600L);
        assertThat(document().held().message())
                .startsWith("held by admin until ")
                .endsWith(": disk");
    }

    @Test
    void aReleaseAndAHoldThatIsOverAreNotTold() throws Exception {
        patch(hostPath(), hold(Instant.now().plusSeconds(3600), ""));
        await().until(() -> document().held() != null);

        patch(hostPath(), "{\"spec\": {\"hold\": null}}");
        await().until(() -> document().held() == null);
        patch(hostPath(), hold(Instant.now().minusSeconds(1), ""));

        assertThat(document().held()).isNull();
    }

    @Test
    void aHeldAssignmentIsToldOfAChangeWhenItIsReleased() throws Exception {
        patch(assignmentPath(), hold(Instant.now().plusSeconds(3600), ""));
        await().until(() -> document().assignments().getFirst().held() != null);
        var before = document().assignments().getFirst().digest();

        site.apply(shop, "web", "other", "");

        await().until(() -> site.get(Kind.UNIT_SET, shop, "web")
                .at("/status/rollout/waiting/0/reason")
                .asText()
                .equals("Held"));
        assertThat(document().assignments().getFirst().digest()).isEqualTo(before);
        patch(assignmentPath(), "{\"spec\": {\"hold\": null}}");
        await().until(() -> !document().assignments().getFirst().digest().equals(before));
    }

    @Test
    void aHoldOfAnAssignmentHoldsItsRemovalUntilItIsReleased() throws Exception {
        patch(assignmentPath(), hold(Instant.now().plusSeconds(3600), ""));
        await().until(() -> document().assignments().getFirst().held() != null);

        site.delete(Kind.UNIT_SET, shop, "web");

        await().until(() -> !document().tombstones().isEmpty());
        assertThat(document().tombstones().getFirst().held().message()).endsWith(": disk");
        assertThat(patch(assignmentPath(), "{\"spec\": {\"hold\": null}}").status())
                .isEqualTo(200);
        await().until(() -> document().tombstones().getFirst().held() == null);
    }

    @Test
    void aWordToTryAgainReachesTheAgentAndIsSigned() throws Exception {
        var at = Instant.parse("2026-01-01T00:00:00Z");

        var answer = patch(assignmentPath(), "{\"spec\": {\"policy\": {\"retriedAt\": \"" + at + "\"}}}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json()
                        .at("/metadata/annotations/underway.dev~1retried-by")
                        .asText())
                .isEqualTo("admin");
        await().until(() ->
                at.equals(document().assignments().getFirst().policy().retriedAt()));
    }

    @Test
    void theRestOfAnAssignmentIsStillTheServersAlone() throws Exception {
        var answer = patch(assignmentPath(), "{\"spec\": {\"revision\": \"web-0000000000\"}}");

        assertThat(answer.status()).isEqualTo(403);
    }

    @Test
    void aHoldNeedsAReason() throws Exception {
        var answer = patch(hostPath(), hold(Instant.now().plusSeconds(60), "").replace("disk", " "));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("message").asText()).contains("spec.hold.reason");
    }

    private DesiredState document() throws Exception {
        return line.document(host);
    }

    private Machine.Answer patch(String path, String patch) throws Exception {
        return site.admin("PATCH", path, patch);
    }

    private String hostPath() {
        return "/apis/underway.dev/v1alpha1/" + Kind.HOST.plural() + "/" + host;
    }

    private String assignmentPath() {
        return "/apis/underway.dev/v1alpha1/namespaces/" + shop + "/assignments/web." + host;
    }

    private static String hold(Instant until, String more) {
        return "{\"spec\": {\"hold\": {" + more + "\"reason\": \"disk\", \"until\": \"" + until + "\"}}}";
    }
}
