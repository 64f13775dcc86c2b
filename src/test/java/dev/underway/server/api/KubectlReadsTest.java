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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What `kubectl get` and `describe` of the real kubectl 1.35 print.
@QuarkusTest
@TestProfile(ApiAlone.class)
class KubectlReadsTest {
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
    void getSaysThatThereIsNothing() {
        assertThat(kubectl.run("get", "unitsets").text()).isEqualTo("No resources found in shop namespace.\n");
    }

    @Test
    void getPrintsATable() {
        create("web");

        assertThat(kubectl.run("get", "us").text()).isEqualTo("""
            NAME   REVISION   HOSTS   UPDATED   SYNCED   HEALTHY   FAILED   READY   REASON   AGE
            web   Unknown   AGE
            """);
    }

    @Test
    void getWidePrintsReasonAndMessage() {
        create("web");
        status("web", """
            {"revision":"web-0123456789","hosts":3,"updated":2,"synced":2,"healthy":1,"failed":1,"conditions":[
              {"type":"Ready","status":"False","reason":"RollingOut","message":"1 of 3 hosts to go"}]}\
            """);

        assertThat(kubectl.run("get", "us", "-o", "wide").text()).isEqualTo("""
            NAME   REVISION   HOSTS   UPDATED   SYNCED   HEALTHY   FAILED   READY   REASON   AGE   MESSAGE
            web   web-0123456789   3   2   2   1   1   False   RollingOut   AGE   1 of 3 hosts to go
            """);
    }

    @Test
    void getYamlPrintsTheWholeObject() {
        create("web");

        assertThat(kubectl.run("get", "us", "web", "-o", "yaml").text()).isEqualTo("""
            apiVersion: underway.dev/v1alpha1
            kind: UnitSet
            metadata:
              creationTimestamp: "TIME"
              generation: 1
              labels:
                app: web
              name: web
              namespace: shop
              resourceVersion: "N"
              uid: UID
            spec:
              selector:
                matchLabels:
                  role: web
              units:
              - content: |
                  [Service]
                  Type=exec
                  ExecStart=/bin/sleep infinity
                  Restart=on-failure
                name: web.service
            """);
    }

    @Test
    void getJsonPrintsAList() {
        create("web");

        assertThat(kubectl.run("get", "us", "-o", "jsonpath={.kind} {.items[*].kind} {.items[0].spec.units[0].name}")
                        .text())
                .isEqualTo("List UnitSet web.service\n");
        assertThat(kubectl.run("get", "us", "-o", "name").text()).isEqualTo("unitset.underway.dev/web\n");
    }

    @Test
    void getSelectsByLabels() {
        create("web", "cache", "db");

        assertThat(kubectl.run("get", "us", "-o", "name", "-l", "app in (web,db),!canary")
                        .text())
                .isEqualTo("""
                    unitset.underway.dev/db
                    unitset.underway.dev/web
                    """);
    }

    @Test
    void getShowsLabels() {
        create("web");

        assertThat(kubectl.run("get", "us", "--show-labels").text()).endsWith("AGE   app=web\n");
    }

    @Test
    void getOfAllNamespacesNamesThem() {
        create("only-here");

        assertThat(kubectl.run("get", "us", "-A", "-l", "app=only-here").text()).isEqualTo("""
            NAMESPACE   NAME   REVISION   HOSTS   UPDATED   SYNCED   HEALTHY   FAILED   READY   REASON   AGE
            shop   only-here   Unknown   AGE
            """);
    }

    @Test
    void getSelectsByFields() {
        create("web", "db");

        assertThat(kubectl.run("get", "us", "-o", "name", "--field-selector", "metadata.name!=web")
                        .text())
                .isEqualTo("unitset.underway.dev/db\n");
    }

    @Test
    void getRefusesAFieldThatCannotBeSelected() {
        assertThat(kubectl.run("get", "us", "--field-selector", "spec.nope=1").text())
                .isEqualTo("""
                    Error from server (BadRequest): Unable to find "underway.dev/v1alpha1, Resource=unitsets" that match \
                    label selector "", field selector "spec.nope=1": field label not supported: spec.nope
                    [exit 1]
                    """);
    }

    @Test
    void getSortsByAField() {
        create("a", "b");
        kubectl.run("patch", "us", "a", "--type=merge", "-p", "{\"spec\":{\"revisionHistoryLimit\":9}}");
        kubectl.run("patch", "us", "b", "--type=merge", "-p", "{\"spec\":{\"revisionHistoryLimit\":1}}");

        assertThat(kubectl.run("get", "us", "--sort-by=.spec.revisionHistoryLimit")
                        .text())
                .isEqualTo("""
                    NAME   REVISION   HOSTS   UPDATED   SYNCED   HEALTHY   FAILED   READY   REASON   AGE
                    b   Unknown   AGE
                    a   Unknown   AGE
                    """);
    }

    @Test
    void getInChunksOfOneFindsEverything() {
        create("a", "b", "c");

        assertThat(kubectl.run("get", "us", "--chunk-size=1", "-o", "name").text())
                .isEqualTo("""
                    unitset.underway.dev/a
                    unitset.underway.dev/b
                    unitset.underway.dev/c
                    """);
    }

    @Test
    void getNamesWhatIsMissing() {
        assertThat(kubectl.run("get", "us", "nope").text()).isEqualTo("""
            Error from server (NotFound): unitsets.underway.dev "nope" not found
            [exit 1]
            """);
    }

    @Test
    void getKnowsNoOtherKinds() {
        assertThat(kubectl.run("get", "pods").text()).isEqualTo("""
            error: the server doesn't have a resource type "pods"
            [exit 1]
            """);
    }

    @Test
    void getHostsPrintsTheirFacts() {
        kubectl.runWith("""
            apiVersion: underway.dev/v1alpha1
            kind: Host
            metadata: {name: facts-1}
            """, "create", "-f", "-");
        kubectl.run("patch", "host", "facts-1", "--subresource=status", "--type=merge", "-p", """
            {"status":{"facts":{"systemd":"252","os":"Debian 12","kernel":"6.1","ip":"10.0.0.7","agent":"0.1.0"},
             "conditions":[{"type":"Ready","status":"True","reason":"Heard","message":"now"}]}}\
            """);

        assertThat(kubectl.run("get", "host", "facts-1", "-o", "wide").text()).isEqualTo("""
            NAME   READY   HELD   SYNCED   AGENT   LAST SEEN   AGE   OS   KERNEL   SYSTEMD   IP   REASON
            facts-1   True   0/0   0.1.0   never   AGE   Debian 12   6.1   252   10.0.0.7   Heard
            """);
    }

    @Test
    void describeShowsTheObjectAndItsEvents() {
        create("web");
        kubectl.runWith("""
            apiVersion: v1
            kind: Event
            metadata: {generateName: web.}
            involvedObject: {kind: UnitSet, namespace: %s, name: web, uid: %s}
            reason: Created
            message: made revision web-0123456789
            type: Normal
            source: {component: underway}
            """.formatted(namespace(), uid("web")), "create", "-f", "-");

        var text = kubectl.run("describe", "us", "web").text();

        assertThat(text).startsWith("""
            Name:   web
            Namespace:   shop
            Labels:   app=web
            Annotations:   <none>
            API Version:   underway.dev/v1alpha1
            Kind:   UnitSet
            """);
        assertThat(text).endsWith("""
            Events:
              Type   Reason   Age   From   Message
              ----   ------   ----   ----   -------
              Normal   Created   <unknown>   underway   made revision web-0123456789
            """);
    }

    @Test
    void getEventsPrintsWhatHappenedToWhat() {
        kubectl.runWith("""
            apiVersion: v1
            kind: Event
            metadata: {generateName: web.}
            involvedObject: {kind: UnitSet, namespace: %s, name: web}
            reason: Created
            message: made a revision
            type: Normal
            """.formatted(namespace()), "create", "-f", "-");

        assertThat(kubectl.run("get", "events").text()).isEqualTo("""
            LAST SEEN   TYPE   REASON   OBJECT   MESSAGE
            AGE   Normal   Created   unitset/web   made a revision
            """);
    }

    @Test
    void anEventAboutAnotherNamespaceIsRefused() {
        var said = kubectl.runWith("""
            apiVersion: v1
            kind: Event
            metadata: {name: forged}
            involvedObject: {kind: UnitSet, namespace: elsewhere, name: web}
            """, "create", "-f", "-");

        assertThat(said.text()).isEqualTo("""
            The Event "forged" is invalid: involvedObject.namespace: "elsewhere" does not match event.namespace, \
            which is "shop"
            [exit 1]
            """);
    }

    private void create(String... names) {
        for (var name : names) {
            assertThat(kubectl.runWith(Manifest.unitSet(name), "create", "-f", "-")
                            .text())
                    .isEqualTo("unitset.underway.dev/" + name + " created\n");
        }
    }

    private void status(String name, String status) {
        var patched = kubectl.run(
                "patch", "us", name, "--subresource=status", "--type=merge", "-p", "{\"status\":" + status + "}");
        assertThat(patched.exit()).as(patched.err()).isZero();
    }

    private String namespace() {
        return kubectl.run("config", "view", "--minify", "-o", "jsonpath={..namespace}")
                .out();
    }

    private String uid(String name) {
        return kubectl.run("get", "us", name, "-o", "jsonpath={.metadata.uid}").out();
    }
}
