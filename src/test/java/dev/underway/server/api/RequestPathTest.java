package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Kind;
import dev.underway.server.api.RequestPath.Collection;
import dev.underway.server.api.RequestPath.Item;
import dev.underway.server.api.RequestPath.Part;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
    private static final String GROUP = "/apis/underway.dev/v1alpha1";

    @Test
    void namesResourcesOfNamespacedKinds() {
        assertThat(RequestPath.of(GROUP + "/unitsets")).isEqualTo(new Collection(Kind.UNIT_SET, ""));
        assertThat(RequestPath.of(GROUP + "/namespaces/shop/unitsets"))
                .isEqualTo(new Collection(Kind.UNIT_SET, "shop"));
        assertThat(RequestPath.of(GROUP + "/namespaces/shop/unitsets/web"))
                .isEqualTo(new Item(Kind.UNIT_SET, "shop", "web", Part.MAIN));
        assertThat(RequestPath.of(GROUP + "/namespaces/shop/unitsets/web/status"))
                .isEqualTo(new Item(Kind.UNIT_SET, "shop", "web", Part.STATUS));
    }

    @Test
    void namesResourcesOfTheCluster() {
        assertThat(RequestPath.of(GROUP + "/hosts/h1")).isEqualTo(new Item(Kind.HOST, "", "h1", Part.MAIN));
        assertThat(RequestPath.of("/api/v1/namespaces")).isEqualTo(new Collection(Kind.NAMESPACE, ""));
        assertThat(RequestPath.of("/api/v1/namespaces/shop"))
                .isEqualTo(new Item(Kind.NAMESPACE, "", "shop", Part.MAIN));
        assertThat(RequestPath.of("/api/v1/namespaces/shop/events")).isEqualTo(new Collection(Kind.EVENT, "shop"));
        assertThat(RequestPath.of("/api/v1/namespaces/shop/status"))
                .isEqualTo(new Item(Kind.NAMESPACE, "", "shop", Part.STATUS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api/v2/namespaces",
                "/apis/underway.dev/v1alpha1/pods",
                "/apis/underway.dev/v1alpha1/unitsets/web",
                "/apis/underway.dev/v1alpha1/namespaces/shop/hosts",
                "/apis/underway.dev/v1alpha1/namespaces/shop/unitsets/web/scale",
                "/apis/underway.dev/v1alpha1/namespaces/shop/revisions/r/status",
                "/apis/underway.dev/v1alpha1/namespaces/shop/unitsets/web/status/more",
                "/openapi/v1"
            })
    void knowsNothingElse(String path) {
        assertThat(RequestPath.of(path)).isEqualTo(new RequestPath.Unknown());
    }
}
