package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.server.store.ServerConfig;
import dev.underway.testing.Kubectl;
import dev.underway.testing.Place;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What belongs to others goes with them, as `kubectl delete --cascade` of the real kubectl 1.35 asks for.
@QuarkusTest
@TestProfile(ApiAlone.class)
class KubectlGarbageTest {
    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private Kubectl kubectl;

    @BeforeEach
    void aSetThatBelongsToAnother() {
        kubectl = Place.open(server, config.stateDirectory());
        create(Manifest.unitSet("owner"));
        create(belongingTo("web", "owner", uid("owner")));
    }

    @Test
    void inTheBackgroundTheOwnerGoesFirst() {
        assertThat(kubectl.run("delete", "us", "owner").text())
                .isEqualTo("unitset.underway.dev \"owner\" deleted from shop namespace\n");

        await().until(this::names, ""::equals);
    }

    @Test
    void inTheForegroundTheOwnerWaitsForWhatBelongsToIt() {
        finalizers("web", "[\"example.com/slow\"]");

        kubectl.run("delete", "us", "owner", "--cascade=foreground", "--wait=false");

        await().until(() -> !kubectl.run("get", "us", "web", "-o", "jsonpath={.metadata.deletionTimestamp}")
                .out()
                .isEmpty());
        assertThat(names()).isEqualTo("owner web");
        finalizers("web", "null");
        await().until(this::names, ""::equals);
    }

    @Test
    void orphansStayAndBelongToNobody() {
        assertThat(kubectl.run("delete", "us", "owner", "--cascade=orphan").exit())
                .isZero();

        assertThat(names()).isEqualTo("web");
        assertThat(kubectl.run("get", "us", "web", "-o", "jsonpath={.metadata.ownerReferences}")
                        .out())
                .isEmpty();
    }

    @Test
    void aSetWhoseDependentsStayLeavesWhatRunsOnItsHosts() {
        finalizers("owner", "[\"example.com/slow\"]");

        kubectl.run("delete", "us", "owner", "--cascade=orphan", "--wait=false");

        assertThat(kubectl.run("get", "us", "owner", "-o", "jsonpath={.spec.deletionPolicy}")
                        .out())
                .isEqualTo("Orphan");
    }

    @Test
    void theOlderWordForOrphansIsUnderstood() {
        var namespace = kubectl.run("config", "view", "--minify", "-o", "jsonpath={..namespace}")
                .out();
        var path = "/apis/underway.dev/v1alpha1/namespaces/" + namespace + "/unitsets/owner";

        kubectl.run("delete", "--raw", path + "?orphanDependents=true");

        await().until(this::names, "web"::equals);
    }

    @Test
    void whatBelongsToNobodyFromTheBeginningIsDeleted() {
        create(belongingTo("stray", "owner", "00000000-0000-0000-0000-000000000000"));

        await().until(this::names, "owner web"::equals);
    }

    private static String belongingTo(String name, String owner, String uid) {
        return Manifest.unitSet(name).replace("  name: " + name + "\n", """
              name: %s
              ownerReferences:
              - {apiVersion: underway.dev/v1alpha1, kind: UnitSet, name: %s, uid: %s, blockOwnerDeletion: true}
            """.formatted(name, owner, uid));
    }

    private void create(String manifest) {
        var said = kubectl.runWith(manifest, "create", "-f", "-");
        assertThat(said.exit()).as(said.err()).isZero();
    }

    private void finalizers(String name, String list) {
        var said =
                kubectl.run("patch", "us", name, "--type=merge", "-p", "{\"metadata\":{\"finalizers\":" + list + "}}");
        assertThat(said.exit()).as(said.err()).isZero();
    }

    private String uid(String name) {
        return kubectl.run("get", "us", name, "-o", "jsonpath={.metadata.uid}").out();
    }

    private String names() {
        return kubectl.run("get", "us", "-o", "jsonpath={.items[*].metadata.name}")
                .out();
    }
}
