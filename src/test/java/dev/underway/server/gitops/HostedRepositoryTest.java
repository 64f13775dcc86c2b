package dev.underway.server.gitops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.server.PostgresResource;
import dev.underway.server.store.ServerConfig;
import dev.underway.testing.Kubectl;
import dev.underway.testing.Place;
import dev.underway.testing.WorkingCopy;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real git and the real kubectl at a repository that the server hosts.
@QuarkusTest
@WithTestResource(PostgresResource.class)
class HostedRepositoryTest {
    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    @TempDir
    Path directory;

    private Kubectl kubectl;
    private String shop;
    private WorkingCopy copy;

    @BeforeEach
    void anEmptyRepository() {
        kubectl = Place.open(server, config.stateDirectory());
        shop = kubectl.run("config", "view", "--minify", "-o", "jsonpath={..namespace}")
                .out();
        source("");
        copy = WorkingCopy.of(
                directory.resolve("copy"), url(token()), config.stateDirectory().resolve("ca.pem"));
    }

    private void source(String spec) {
        var applied = kubectl.runWith("""
                apiVersion: underway.dev/v1alpha1
                kind: GitSource
                metadata: {name: fleet}
                spec: {%s}
                """.formatted(spec), "apply", "-f", "-");
        assertThat(applied.exit()).as(applied.err()).isZero();
    }

    private String token() {
        return kubectl.run("config", "view", "--minify", "--raw", "-o", "jsonpath={.users[0].user.token}")
                .out();
    }

    private String url(String password) {
        return "https://ann:" + password + "@localhost:" + server.getPort() + "/git/" + shop + "/fleet.git";
    }

    private static String set(String name, String greeting) {
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

    private String greeting(String name) {
        return kubectl.run("get", "unitset", name, "-o", "jsonpath={.spec.files[0].content}")
                .out();
    }

    @Test
    void whatIsPushedIsApplied() {
        copy.with("web.yaml", set("web", "hello"));

        var pushed = copy.commitAndPush("web says hello");

        assertThat(pushed.errors())
                .contains("remote: unitset/web: is made", "remote: 1 changed, 0 removed, 0 unchanged");
        assertThat(pushed.exitCode()).isZero();
        assertThat(pushed.errors()).contains("remote: applied ");
        assertThat(greeting("web")).isEqualTo("hello");
    }

    @Test
    void aCloneHasWhatWasPushed() {
        copy.with("web.yaml", set("web", "hello")).commitAndPush("web says hello");

        var cloned = copy.git("clone", "--quiet", url(token()), "again");

        assertThat(cloned.exitCode()).as(cloned.errors()).isZero();
        assertThat(directory.resolve("copy/again/web.yaml")).hasContent(set("web", "hello"));
    }

    @Test
    void aChangeIsAppliedAndWhatIsGoneIsPruned() {
        copy.with("web.yaml", set("web", "hello"))
                .with("a.yaml", set("a", "a"))
                .with("b.yaml", set("b", "b"))
                .commitAndPush("three sets");

        var pushed = copy.with("web.yaml", set("web", "hi")).without("a.yaml").commitAndPush("hi, and no a");

        assertThat(pushed.errors())
                .contains("unitset/web: changes", "unitset/a: is removed", "1 changed, 1 removed, 1 unchanged");
        assertThat(greeting("web")).isEqualTo("hi");
        await().until(() -> kubectl.run("get", "us", "-o", "name").out().lines().count() == 2);
    }

    @Test
    void aMistakeIsRefusedWithItsPlace() {
        copy.with("web.yaml", set("web", "hello")).commitAndPush("web");
        copy.with("web.yaml", set("web", "hi") + "  selektor: {}\n");

        var pushed = copy.commitAndPush("a slip");

        assertThat(pushed.exitCode()).isEqualTo(1);
        assertThat(pushed.errors()).contains("remote: web.yaml:9: spec.selektor: there is no such field");
        assertThat(pushed.output()).contains("[remote rejected] (1 problem)");
        assertThat(greeting("web")).isEqualTo("hello");
    }
}
