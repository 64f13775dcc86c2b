package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.Selection;
import dev.underway.server.store.StoreException;
import dev.underway.testing.ApiClient;
import dev.underway.testing.Link;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Runs the command in this process on a server that has one UnitSet `web`, and plays the server's and the agents'
/// part.
final class CommandsOnApi implements AutoCloseable {
    static final String V1 = "/apis/underway.dev/v1alpha1";
    private static final String SETS = V1 + "/namespaces/default/unitsets";
    private static final String SOURCES = V1 + "/namespaces/default/gitsources";
    static final String WEB = SETS + "/web";
    static final String REVISIONS = V1 + "/namespaces/default/revisions";
    static final String ASSIGNMENTS = V1 + "/namespaces/default/assignments";
    private static final String DIGEST = "0".repeat(64);
    private static final Duration SOON = Duration.ofSeconds(20);

    final ApiClient api;
    /// To the server; the command goes through it.
    final Link link;

    private final ResourceStore store;
    private final Path home;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private CommandsOnApi(ApiClient api, ResourceStore store, Link link, Path home) {
        this.store = store;
        this.api = api;
        this.link = link;
        this.home = home;
    }

    static CommandsOnApi of(URI server, Path stateDirectory, ResourceStore store, Path home) throws Exception {
        var link = new Link(server.getPort());
        Files.createDirectories(home.resolve(".kube"));
        Files.writeString(home.resolve(".kube/config"), """
            current-context: c
            clusters: [{name: c, cluster: {server: "https://localhost:%d", certificate-authority: %s}}]
            users: [{name: u, user: {token: %s}}]
            contexts: [{name: c, context: {cluster: c, user: u, namespace: default}}]
            """.formatted(
                link.port(), stateDirectory.resolve("ca.pem").toAbsolutePath(), ApiClient.token(stateDirectory)));
        var on = new CommandsOnApi(ApiClient.of(server, stateDirectory), store, link, home);
        for (var collection : List.of(SETS, SOURCES, V1 + "/hosts")) {
            on.api.send("DELETE", collection, "");
        }
        // People may not delete these.
        for (var kind : List.of(Kind.ASSIGNMENT, Kind.REVISION)) {
            for (var left : store.list(kind, Selection.ALL)) {
                on.gone(kind, left.key().name());
            }
        }
        on.create("web", "one");
        return on;
    }

    /// As only the server itself may.
    void gone(Kind kind, String name) throws StoreException {
        store.write(Resource.Key.of(kind, "default", name), _ -> null);
    }

    int run(String... command) {
        return UnderwayMain.run(
                new Console(
                        InputStream.nullInputStream(),
                        new TextStream(new PrintStream(out, true, StandardCharsets.UTF_8)),
                        new TextStream(new PrintStream(err, true, StandardCharsets.UTF_8)),
                        Map.of(),
                        home,
                        null),
                command);
    }

    void awaitLine(String text) {
        await().atMost(SOON).until(() -> said().contains(text));
    }

    List<String> lines() {
        return said().lines().toList();
    }

    /// On standard output.
    String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private void create(String name, String content) throws Exception {
        created(api.send("POST", SETS, """
            {"apiVersion": "underway.dev/v1alpha1", "kind": "UnitSet", "metadata": {"name": "%s"}, "spec": {"selector": {"matchLabels": {"role": "%s"}},
             "files": [{"path": "/etc/%s", "content": "%s"}]}}""".formatted(name, name, name, content)));
    }

    void change(String content) throws Exception {
        patch(WEB, """
            {"spec": {"files": [{"path": "/etc/web", "content": "%s"}]}}""".formatted(content));
    }

    void revision() throws Exception {
        made(Kind.REVISION, "web-1", """
            {"metadata": {"name": "web-1"}, "spec": {"unitSet": "web", "number": 1, "digest": "%s",
             "content": {"units": [{"name": "web.service", "content": "[Service]\\nExecStart=/bin/true\\n"}]}}}\
            """.formatted(DIGEST));
    }

    void assignment(String host, String more) throws Exception {
        made(Kind.ASSIGNMENT, "web." + host, """
            {"metadata": {"name": "web.%s"}, "spec": {"unitSet": "web", "host": "%s", "revision": "web-1",
             "digest": "%s"%s}}""".formatted(host, host, DIGEST, more));
    }

    /// As only the server itself may.
    private void made(Kind kind, String name, String json) throws Exception {
        var body = (ObjectNode) Codec.JSON.readTree(json);
        body.put("apiVersion", kind.apiVersion()).put("kind", kind.name());
        body.withObject("/metadata").put("namespace", "default");
        store.write(Resource.Key.of(kind, "default", name), _ -> body);
    }

    private static void created(ApiClient.Answer answer) {
        assertThat(answer.code()).as(answer.body()).isEqualTo(201);
    }

    void host(String name, String ready) throws Exception {
        created(api.send("POST", V1 + "/hosts", """
            {"apiVersion": "underway.dev/v1alpha1", "kind": "Host", "metadata": {"name": "%s"}}""".formatted(name)));
        patch(V1 + "/hosts/" + name + "/status", """
            {"status": {"conditions": [{"type": "Ready", "status": "%s", "reason": "LeaseExpired"}]}}""".formatted(ready));
    }

    void gitSource(String name, String spec) throws Exception {
        created(api.send("POST", SOURCES, """
            {"apiVersion": "underway.dev/v1alpha1", "kind": "GitSource", "metadata": {"name": "%s"}, "spec": {%s}}\
            """.formatted(name, spec)));
    }

    void status(long generation, String phase, int verified, String ready) throws Exception {
        patch(WEB + "/status", """
            {"status": {"observedGeneration": %d, "revision": "web-2", "hosts": 2, "healthy": %d,
             "conditions": [{"type": "Ready", "status": "%s", "reason": "Said", "message": "%d run it"}],
             "rollout": {"id": "r", "revision": "web-2", "from": "web-1", "phase": "%s",
              "startedAt": "2026-11-25T12:00:00Z", "reason": "UnitFailed", "message": "exit 1",
              "waves": [{"name": "rest", "hosts": 2, "told": 2, "verified": %d, "skipped": 0}]}}}\
            """.formatted(generation, verified, ready, verified, phase, verified));
    }

    void patch(String path, String patch) throws Exception {
        var answer = api.send("PATCH", path, patch, "Content-Type", "application/merge-patch+json");
        assertThat(answer.code()).as(answer.body()).isEqualTo(200);
    }

    JsonNode get(String path) throws Exception {
        return api.get(path).json();
    }

    @Override
    public void close() throws IOException {
        link.close();
    }
}
