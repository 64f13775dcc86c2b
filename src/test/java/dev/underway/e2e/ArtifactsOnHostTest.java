package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.underway.model.Digests;
import dev.underway.testing.Archive;
import dev.underway.testing.TestHost;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A service runs from what was downloaded over the fleet's network, and from the next version when there is one.
@Tag("e2e")
class ArtifactsOnHostTest {
    private static final Map<String, byte[]> DOWNLOADS = new ConcurrentHashMap<>();
    private static final List<String> REQUESTS = new CopyOnWriteArrayList<>();

    @AutoClose
    private static final Fleet fleet = Fleet.of(1);

    private static final TestHost host = fleet.host();
    private static HttpServer web;

    @BeforeAll
    static void start() throws IOException {
        var bridge = URI.create(fleet.server().url()).getHost();
        web = HttpServer.create(new InetSocketAddress(bridge, 0), 0);
        web.createContext("/", ArtifactsOnHostTest::answer);
        web.start();
    }

    @AfterAll
    static void stop() {
        web.stop(0);
    }

    @AfterEach
    void clean() {
        fleet.delete("boat");
        host.exec("rm", "-f", "/run/boat");
        DOWNLOADS.clear();
        REQUESTS.clear();
    }

    /// The forms of a download, and where the program then is.
    enum Form {
        TAR_GZ(".tar.gz", "/opt/boat/bin/boat"),
        ZIP(".zip", "/opt/boat/bin/boat"),
        PLAIN("", "/opt/boat");

        private final String ending;
        private final String program;

        Form(String ending, String program) {
            this.ending = ending;
            this.program = program;
        }

        byte[] pack(String text) throws IOException {
            return switch (this) {
                case TAR_GZ -> Archive.tarGz(tar -> tar.file("bin/boat", 0755, text));
                case ZIP -> Archive.zip(zip -> zip.file("bin/boat", 0100755, text));
                case PLAIN -> text.getBytes();
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServiceRunsFromWhatIsFetchedAndANewVersionRestartsIt(Form form) throws IOException {
        var first = serve(form, "v1");
        fleet.converge(first.manifest());
        assertThat(host.exec("readlink", "/opt/boat")).isEqualTo(first.content() + "\n");
        assertThat(host.read("/run/boat")).isEqualTo("v1\n");

        var second = serve(form, "v2");
        fleet.converge(second.manifest());

        assertThat(host.exec("readlink", "/opt/boat")).isEqualTo(second.content() + "\n");
        assertThat(host.read("/run/boat")).isEqualTo("v1\nv2\n");
        assertThat(REQUESTS).containsExactly(first.path(), second.path());
        assertThat(fleet.plan("boat", host)).containsExactly("Link", "Restart boat.service");
        assertThat(fleet.assignment("boat", host)
                        .orElseThrow()
                        .status()
                        .plan()
                        .getLast()
                        .because())
                .contains("/opt/boat");
    }

    /// A version that the server offers.
    private record Offer(Form form, String path, String sha256) {
        String content() {
            return "/var/lib/underway/store/" + sha256 + "/content";
        }

        String manifest() {
            return """
                apiVersion: underway.dev/v1alpha1
                kind: UnitSet
                metadata: {name: boat, namespace: default}
                spec:
                  selector: {matchLabels: {fleet: GROUP}}
                  artifacts:
                  - {name: boat, url: "http://%s:%d%s", sha256: %s, path: /opt/boat}
                  units:
                  - name: boat.service
                    readiness: {minHealthyTime: 300ms}
                    content: |
                      [Service]
                      Type=exec
                      ExecStart=%s
                      [Install]
                      WantedBy=multi-user.target
                """.formatted(
                            web.getAddress().getHostString(), web.getAddress().getPort(), path, sha256, form.program);
        }
    }

    private static Offer serve(Form form, String version) throws IOException {
        var bytes = form.pack("#!/bin/sh\necho " + version + " >>/run/boat\nexec sleep infinity\n");
        var path = "/" + version + "/boat" + form.ending;
        DOWNLOADS.put(path, bytes);
        return new Offer(form, path, Digests.sha256(bytes));
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            REQUESTS.add(path);
            var bytes = DOWNLOADS.get(path);
            exchange.sendResponseHeaders(bytes == null ? 404 : 200, bytes == null ? -1 : bytes.length);
            if (bytes != null) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }
}
