package dev.underway.server.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.server.PostgresResource;
import dev.underway.server.store.ServerConfig;
import dev.underway.testing.Kubectl;
import dev.underway.testing.Place;
import dev.underway.testing.WorkingCopy;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The real git and the real kubectl at a repository that the server hosts: an empty one before each test.
@WithTestResource(PostgresResource.class)
abstract class AtHostedRepository {
    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    @TempDir
    Path directory;

    Kubectl kubectl;
    String shop;
    WorkingCopy copy;

    @BeforeEach
    void anEmptyRepository() {
        kubectl = Place.open(server, config.stateDirectory());
        shop = kubectl.run("config", "view", "--minify", "-o", "jsonpath={..namespace}")
                .out();
        source("");
        copy = WorkingCopy.of(
                directory.resolve("copy"), url(token()), config.stateDirectory().resolve("ca.pem"));
    }

    void source(String spec) {
        var applied = kubectl.runWith("""
                apiVersion: underway.dev/v1alpha1
                kind: GitSource
                metadata: {name: fleet}
                spec: {%s}
                """.formatted(spec), "apply", "-f", "-");
        assertThat(applied.exit()).as(applied.err()).isZero();
    }

    String token() {
        return kubectl.run("config", "view", "--minify", "--raw", "-o", "jsonpath={.users[0].user.token}")
                .out();
    }

    String url(String password) {
        return "https://ann:" + password + "@localhost:" + server.getPort() + "/git/" + shop + "/fleet.git";
    }

    static String set(String name, String greeting) {
        return """
                apiVersion: underway.dev/v1alpha1
                kind: UnitSet
                metadata: {name: %s}
                spec:
                  selector: {matchLabels: {role: nobody}}
                  files:
                  - path: /etc/%s.conf
                    content: "%s"
                """.formatted(name, name, greeting);
    }

    String greeting(String name) {
        return kubectl.run("get", "unitset", name, "-o", "jsonpath={.spec.files[0].content}")
                .out();
    }

    /// The reason and the message of the source's condition Ready.
    String ready() {
        return kubectl.run(
                        "get",
                        "gs",
                        "fleet",
                        "-o",
                        "jsonpath={range .status.conditions[?(@.type==\"Ready\")]}{.reason}: {.message}{end}")
                .out();
    }

    /// Changes the set `web` by hand.
    void edit(String greeting) {
        var patched = kubectl.run(
                "patch",
                "us",
                "web",
                "--type=json",
                "-p",
                "[{\"op\": \"replace\", \"path\": \"/spec/files/0/content\", \"value\": \"" + greeting + "\"}]");
        assertThat(patched.exit()).as(patched.err()).isZero();
    }

    String uid(String name) {
        return kubectl.run("get", "unitset", name, "-o", "jsonpath={.metadata.uid}")
                .out();
    }
}
