package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.underway.server.store.ServerConfig;
import dev.underway.server.store.ShortMemory;
import dev.underway.testing.ApiClient;
import dev.underway.testing.Link;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the Kubernetes client for Java (fabric8) sees and does, over a connection that can be cut. It watches over
/// WebSocket.
@QuarkusTest
@TestProfile(ApiAlone.class)
class JavaClientTest {
    private static final String UNIT_SETS = "/apis/underway.dev/v1alpha1/namespaces/default/unitsets";
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final ResourceDefinitionContext UNIT_SET = new ResourceDefinitionContext.Builder()
            .withGroup("underway.dev")
            .withVersion("v1alpha1")
            .withKind("UnitSet")
            .withPlural("unitsets")
            .withNamespaced(true)
            .build();

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    @Inject
    ShortMemory log;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private ApiClient api;
    private Link link;
    private KubernetesClient client;

    @BeforeEach
    void connect() throws Exception {
        api = ApiClient.of(server, config.stateDirectory());
        assertThat(api.send("DELETE", UNIT_SETS, "").code()).isEqualTo(200);
        link = new Link(server.getPort());
        var state = config.stateDirectory();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl("https://localhost:" + link.port())
                        .withCaCertFile(state.resolve("ca.pem").toString())
                        .withOauthToken(
                                Files.readString(state.resolve("admin.token")).strip())
                        .withWatchReconnectInterval(100)
                        .build())
                .build();
        // Finds its classes now, by this thread's class loader: those of its own threads do not know Quarkus' one.
        client.getKubernetesSerialization().unmarshal("{\"apiVersion\": \"v1\", \"kind\": \"Status\"}");
    }

    @AfterEach
    void disconnect() throws Exception {
        client.close();
        link.close();
    }

    @Test
    void createsReadsEditsAndDeletes() {
        var created = unitSets().resource(unitSet("a")).create();
        assertThat(created.getMetadata().getGeneration()).isEqualTo(1);
        unitSets().resource(unitSet("b")).create();

        var edited = unitSets().withName("a").edit(unitSet -> {
            Map<String, Object> spec = unitSet.get("spec");
            spec.put("paused", true);
            return unitSet;
        });

        assertThat(edited.<Boolean>get("spec", "paused")).isTrue();
        assertThat(edited.getMetadata().getGeneration()).isEqualTo(2);
        assertThat(unitSets().list().getItems())
                .extracting(u -> u.getMetadata().getName())
                .containsExactly("a", "b");
        assertThat(unitSets().withLabel("app", "b").list().getItems()).hasSize(1);
        assertThat(unitSets().withName("a").delete()).hasSize(1);
        assertThat(unitSets().withName("a").get()).isNull();
    }

    @Test
    void findsTheKindByDiscovery() {
        client.genericKubernetesResources("underway.dev/v1alpha1", "UnitSet")
                .inNamespace("default")
                .resource(unitSet("a"))
                .create();

        assertThat(unitSets().withName("a").get()).isNotNull();
    }

    @Test
    void anEditOfWhatChangedMeanwhileIsAConflict() {
        var stale = unitSets().resource(unitSet("a")).create();
        label("a", "other");
        stale.getMetadata().setLabels(Map.of("app", "mine"));

        var refused = catchThrowableOfType(
                KubernetesClientException.class,
                () -> unitSets().resource(stale).lockResourceVersion().update());

        assertThat(refused.getCode()).isEqualTo(409);
    }

    @Test
    void waitsUntilACondition() throws Exception {
        unitSets().resource(unitSet("a")).create();
        var waiting = CompletableFuture.supplyAsync(() -> unitSets()
                .withName("a")
                .waitUntilCondition(
                        unitSet -> unitSet != null
                                && "other"
                                        .equals(unitSet.getMetadata()
                                                .getLabels()
                                                .get("app")),
                        30,
                        TimeUnit.SECONDS));

        label("a", "other");

        assertThat(waiting.get(30, TimeUnit.SECONDS).getMetadata().getName()).isEqualTo("a");
    }

    @Test
    void leavingAndEnteringASelectorIsDeletedAndAdded() throws Exception {
        unitSets().resource(unitSet("web")).create();
        try (var _ = unitSets().withLabel("app", "web").watch(new Watch())) {
            assertHeard("ADDED web");

            label("web", "other");
            assertHeard("DELETED web");

            label("web", "web");
            assertHeard("ADDED web");
        }
    }

    @Test
    void anInformerHearsOfEveryChange() throws Exception {
        unitSets().resource(unitSet("a")).create();
        try (var informer = unitSets().inform(new Handler())) {
            assertHeard("added a");

            unitSets().resource(unitSet("b")).create();
            assertHeard("added b");
            label("b", "other");
            assertHeard("updated b");
            unitSets().withName("a").delete();
            assertHeard("deleted a");

            assertThat(informer.getStore().listKeys()).containsExactly("default/b");
            assertThat(heard).isEmpty();
        }
    }

    @Test
    void anInformerGoesOnWhereItWasWhenItsConnectionIsCut() throws Exception {
        unitSets().resource(unitSet("a")).create();
        try (var informer = unitSets().inform(new Handler())) {
            assertHeard("added a");

            link.cut();
            create("b");
            label("b", "other");
            api.send("DELETE", UNIT_SETS + "/a", "");
            link.leadTo(server.getPort());

            assertHeard("added b");
            assertHeard("updated b");
            assertHeard("deleted a");
            assertThat(informer.getStore().listKeys()).containsExactly("default/b");
        }
    }

    @Test
    void anInformerListsAgainWhenTheLogIsForgotten() throws Exception {
        unitSets().resource(unitSet("a")).create();
        try (var informer = unitSets().inform(new Handler())) {
            assertHeard("added a");

            link.cut();
            create("b");
            create("c");
            api.send("DELETE", UNIT_SETS + "/a", "");
            log.forget();
            link.leadTo(server.getPort());

            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertThat(heard).containsExactlyInAnyOrder("added b", "added c", "deleted a"));
            assertThat(informer.getStore().listKeys()).containsExactlyInAnyOrder("default/b", "default/c");
            create("d");
            await().atMost(SOON).until(() -> heard.contains("added d"));
        }
    }

    private NonNamespaceOperation<
                    GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
            unitSets() {
        return client.genericKubernetesResources(UNIT_SET).inNamespace("default");
    }

    private static GenericKubernetesResource unitSet(String name) {
        return Serialization.unmarshal(Manifest.unitSet(name), GenericKubernetesResource.class);
    }

    /// By another way than the client's.
    private void create(String name) throws Exception {
        assertThat(api.send("POST", UNIT_SETS, Manifest.unitSet(name), "Content-Type", "application/yaml")
                        .code())
                .isEqualTo(201);
    }

    private void label(String name, String app) {
        try {
            var patch = "{\"metadata\":{\"labels\":{\"app\":\"%s\"}}}".formatted(app);
            assertThat(api.send("PATCH", UNIT_SETS + "/" + name, patch, "Content-Type", "application/merge-patch+json")
                            .code())
                    .isEqualTo(200);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void assertHeard(String what) throws InterruptedException {
        assertThat(heard.poll(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(what);
    }

    private final class Watch implements Watcher<GenericKubernetesResource> {
        @Override
        public void eventReceived(Action action, GenericKubernetesResource unitSet) {
            heard.add(action + " " + unitSet.getMetadata().getName());
        }

        @Override
        public void onClose(WatcherException cause) {
            heard.add("closed " + cause);
        }
    }

    private final class Handler implements ResourceEventHandler<GenericKubernetesResource> {
        @Override
        public void onAdd(GenericKubernetesResource unitSet) {
            heard.add("added " + unitSet.getMetadata().getName());
        }

        @Override
        public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource unitSet) {
            heard.add("updated " + unitSet.getMetadata().getName());
        }

        @Override
        public void onDelete(GenericKubernetesResource unitSet, boolean stateUnknown) {
            heard.add("deleted " + unitSet.getMetadata().getName());
        }
    }
}
