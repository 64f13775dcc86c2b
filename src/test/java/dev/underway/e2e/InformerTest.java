package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// An informer of the Kubernetes client for Java (fabric8) on the packaged server, controllers and all. What else that
/// client does is in `JavaClientTest`.
@Tag("e2e")
class InformerTest {
    private static final ResourceDefinitionContext HOSTS = new ResourceDefinitionContext.Builder()
            .withGroup("underway.dev")
            .withVersion("v1alpha1")
            .withKind("Host")
            .withPlural("hosts")
            .withNamespaced(false)
            .build();

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @Test
    void hearsOfEveryChangeOfWhatItSelects() throws Exception {
        try (var client = client();
                var informer = client.genericKubernetesResources(HOSTS)
                        .withLabel("informer", "yes")
                        .inform(new Handler())) {
            assertThat(informer.hasSynced()).isTrue();
            var hosts = client.genericKubernetesResources(HOSTS);

            hosts.resource(host()).create();
            hosts.withName("informer-h1").edit(host -> {
                host.getMetadata().setAnnotations(Map.of("note", "changed"));
                return host;
            });
            hosts.withName("informer-h1").edit(host -> {
                host.getMetadata().setLabels(Map.of("informer", "no"));
                return host;
            });

            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("added informer-h1");
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("updated informer-h1");
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("deleted informer-h1");
            hosts.withName("informer-h1").delete();
        }
    }

    private static KubernetesClient client() throws Exception {
        var server = Server.shared();
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl(server.url())
                        .withCaCertFile(
                                server.stateDirectory().resolve("ca.pem").toString())
                        .withOauthToken(Files.readString(server.stateDirectory().resolve("admin.token"))
                                .strip())
                        .build())
                .build();
    }

    private static GenericKubernetesResource host() {
        var host = new GenericKubernetesResource();
        host.setApiVersion("underway.dev/v1alpha1");
        host.setKind("Host");
        host.setMetadata(new ObjectMetaBuilder()
                .withName("informer-h1")
                .withLabels(Map.of("informer", "yes"))
                .build());
        return host;
    }

    private final class Handler implements ResourceEventHandler<GenericKubernetesResource> {
        @Override
        public void onAdd(GenericKubernetesResource host) {
            heard.add("added " + host.getMetadata().getName());
        }

        @Override
        public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource host) {
            heard.add("updated " + host.getMetadata().getName());
        }

        @Override
        public void onDelete(GenericKubernetesResource host, boolean stateUnknown) {
            heard.add("deleted " + host.getMetadata().getName());
        }
    }
}
