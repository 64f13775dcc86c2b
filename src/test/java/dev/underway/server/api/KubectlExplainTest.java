package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.server.store.ServerConfig;
import dev.underway.testing.Kubectl;
import dev.underway.testing.Place;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the real kubectl 1.35 learns about the server and its kinds.
@QuarkusTest
@TestProfile(ApiAlone.class)
class KubectlExplainTest {
    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private Kubectl kubectl;

    @BeforeEach
    void open() {
        kubectl = Place.open(server, config.stateDirectory());
    }

    @Test
    void versionNamesTheServer() {
        assertThat(kubectl.run("version").text()).contains("\nServer Version: v1.35.0+underway-");
    }

    @Test
    void apiResourcesListsEveryKind() {
        assertThat(kubectl.run("api-resources").text()).isEqualTo("""
            NAME   SHORTNAMES   APIVERSION   NAMESPACED   KIND
            events   ev   v1   true   Event
            namespaces   ns   v1   false   Namespace
            assignments   asn   underway.dev/v1alpha1   true   Assignment
            gitsources   gs   underway.dev/v1alpha1   true   GitSource
            hosts   underway.dev/v1alpha1   false   Host
            revisions   rev   underway.dev/v1alpha1   true   Revision
            unitsets   us   underway.dev/v1alpha1   true   UnitSet
            """);
    }

    @Test
    void explainKnowsTheFieldsOfASpec() {
        var text = kubectl.run("explain", "unitset.spec").text();

        assertThat(text).startsWith("""
            GROUP:   underway.dev
            KIND:   UnitSet
            VERSION:   v1alpha1

            FIELD: spec <Object>
            """);
        assertThat(text)
                .contains("  selector\t<Object> -required-\n    Picks the hosts. Required; {} picks every host.\n");
        assertThat(text).contains("  drift\t<string>\n  enum: Heal, Report\n");
    }

    @Test
    void explainGoesDownRecursively() {
        var text = kubectl.run("explain", "us", "--recursive").text();

        assertThat(text)
                .contains("  spec\t<Object> -required-\n", "      readiness\t<Object>\n", "        http\t<Object>\n");
    }

    @Test
    void explainSaysSomethingOfEveryFieldOfEveryKind() {
        for (var kind : List.of("unitsets", "assignments", "revisions", "hosts", "namespaces", "events")) {
            var fields = kubectl.run("explain", kind, "--recursive").out();
            assertThat(fields).as(kind).contains("FIELDS:").contains("  metadata\t<");
            assertThat(kubectl.run("explain", kind + ".metadata").text())
                    .doesNotContain("<no description available>", "<empty>");
        }
    }

    @Test
    void explainKnowsEvents() {
        assertThat(kubectl.run("explain", "events.involvedObject").text())
                .contains("What it happened to.", "  fieldPath\t<string>");
    }

    @Test
    void explainKnowsNamespaces() {
        assertThat(kubectl.run("explain", "ns").text()).contains("KIND:   Namespace\n", "  metadata\t<Object>");
    }
}
