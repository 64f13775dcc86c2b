package dev.underway.server.gitops;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.server.PostgresResource;
import dev.underway.server.store.ServerConfig;
import dev.underway.testing.Kubectl;
import dev.underway.testing.Place;
import dev.underway.testing.Program;
import dev.underway.testing.WorkingCopy;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Repositories elsewhere: behind git's own HTTP server, behind OpenSSH, and on the same machine.
@QuarkusTest
@TestProfile(PulledRepositoryTest.Elsewhere.class)
class PulledRepositoryTest {
    private static final Path DIRECTORY =
            Path.of("target", "pulled-" + ProcessHandle.current().pid()).toAbsolutePath();
    private static final Path CREDENTIALS = DIRECTORY.resolve("credentials");
    private static final Path REPOSITORIES = DIRECTORY.resolve("repositories");

    private static RealGitServer https;
    private static RealSshd sshd;

    public static final class Elsewhere implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "underway.git.credentials", CREDENTIALS.toString(),
                    "underway.git.files", REPOSITORIES.toString());
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(PostgresResource.class));
        }
    }

    @TestHTTPResource(value = "/", tls = false)
    URI plain;

    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private Kubectl kubectl;
    private String shop;
    private Path repository;
    private WorkingCopy copy;

    @BeforeAll
    static void servers() throws Exception {
        Files.createDirectories(REPOSITORIES);
        https = RealGitServer.start(REPOSITORIES, DIRECTORY.resolve("https"));
        sshd = RealSshd.start(DIRECTORY.resolve("ssh"));
    }

    @AfterAll
    static void stop() throws Exception {
        https.close();
        sshd.close();
        Program.of("rm", "-rf", DIRECTORY.toString()).run();
    }

    @BeforeEach
    void aRepositoryElsewhere() {
        kubectl = Place.open(server, config.stateDirectory());
        shop = kubectl.run("config", "view", "--minify", "-o", "jsonpath={..namespace}")
                .out();
        repository = REPOSITORIES.resolve(shop + ".git");
        copy = WorkingCopy.of(DIRECTORY.resolve(shop), repository.toString(), DIRECTORY.resolve("none"));
        copy.git("init", "--quiet", "--bare", "--initial-branch=main", repository.toString())
                .orFail();
        copy.with("web.yaml", set("hello")).commitAndPush("hello").orFail();
    }

    private static String set(String greeting) {
        return """
                apiVersion: underway.dev/v1alpha1
                kind: UnitSet
                metadata: {name: web}
                spec:
                  selector: {matchLabels: {role: nobody}}
                  files:
                  - path: /etc/web.conf
                    content: "%s"
                """.formatted(greeting);
    }

    private void credentials(Map<String, String> files) throws IOException {
        var directory = Files.createDirectories(CREDENTIALS.resolve(shop));
        for (var file : files.entrySet()) {
            Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }
    }

    private void source(String url, String spec) {
        var applied = kubectl.runWith("""
                apiVersion: underway.dev/v1alpha1
                kind: GitSource
                metadata: {name: fleet}
                spec:
                  url: %s
                  %s
                """.formatted(url, spec), "apply", "-f", "-");
        assertThat(applied.exit()).as(applied.err()).isZero();
    }

    private String greeting() {
        return kubectl.run("get", "unitset", "web", "-o", "jsonpath={.spec.files[0].content}")
                .out();
    }

    private String ready() {
        return kubectl.run(
                        "get",
                        "gs",
                        "fleet",
                        "-o",
                        "jsonpath={range .status.conditions[?(@.type==\"Ready\")]}{.reason}: {.message}{end}")
                .out();
    }

    private void look() {
        kubectl.run("annotate", "gs", "fleet", "--overwrite", "underway.dev/sync-at=" + System.nanoTime());
    }

    @Test
    void byHttpsWithAPasswordAndAnAuthorityOfItsOwn() throws Exception {
        credentials(Map.of(
                "url",
                https.url(""),
                "username",
                RealGitServer.USER,
                "password",
                RealGitServer.PASSWORD + "\n",
                "ca.crt",
                https.certificate()));

        source(https.url(shop + ".git"), "credentials: " + shop);

        await().until(this::greeting, "hello"::equals);
        await().until(this::ready, said -> said.matches("Applied: [0-9a-f]{7} \"hello\" is applied"));
    }

    @Test
    void aWrongPasswordIsSaidAndWhatWasAppliedStays() throws Exception {
        byHttpsWithAPasswordAndAnAuthorityOfItsOwn();
        credentials(Map.of("password", "wrong"));
        copy.with("web.yaml", set("hi")).commitAndPush("hi").orFail();

        look();

        await().until(this::ready, said -> said.startsWith("FetchFailed: cannot fetch from " + https.url("")));
        assertThat(ready()).contains("not authorized").contains("; what was fetched before stays applied");
        assertThat(greeting()).isEqualTo("hello");
    }

    @Test
    void aSecretIsNotSentWhereTheOperatorDidNotSay() throws Exception {
        // Not even where the address only begins like that.
        credentials(Map.of(
                "url",
                "https://example.com/\n" + https.url("").replaceFirst(".$", "").replaceFirst(".$", ""),
                "password",
                "secret"));

        source(https.url(shop + ".git"), "credentials: " + shop);

        await().until(this::ready, said -> said.contains("/url does not allow " + https.url("")));
    }

    @Test
    void bySshWithAKeyAndAKnownHost() throws Exception {
        credentials(Map.of("url", "ssh://", "ssh-key", sshd.userKey(), "known_hosts", sshd.knownHost()));

        source(sshd.url(repository), "credentials: " + shop);

        await().until(this::greeting, "hello"::equals);
    }

    @Test
    void anSshServerThatIsNotKnownGetsNothing() throws Exception {
        credentials(Map.of(
                "url",
                "ssh://",
                "ssh-key",
                sshd.userKey(),
                "known_hosts",
                "example.com " + "ssh-ed25519 " + sshd.knownHost().strip().split(" ")[2] + "\n"));

        source(sshd.url(repository), "credentials: " + shop);

        await().until(this::ready, said -> said.startsWith("FetchFailed: "));
        assertThat(greeting()).isEmpty();
    }

    @Test
    void fromADirectoryThatTheOperatorAllows() {
        source("file://" + repository, "interval: 10s");

        await().until(this::greeting, "hello"::equals);
        source("file:///etc", "interval: 10s");
        await().until(this::ready, said -> said.contains("file:// is only fetched from below " + "the server's"));
    }

    @Test
    void aTagThatMoves() {
        copy.git("tag", "production").orFail();
        copy.git("push", "origin", "production").orFail();
        copy.with("web.yaml", set("hi")).commitAndPush("hi").orFail();
        source("file://" + repository, "tag: production");
        await().until(this::greeting, "hello"::equals);

        copy.git("tag", "--force", "-a", "-m", "hi", "production").orFail();
        copy.git("push", "--force", "origin", "production").orFail();
        look();

        await().until(this::greeting, "hi"::equals);
    }

    @Test
    void aMistakeIsSaidAndWhatWasAppliedStays() {
        source("file://" + repository, "interval: 1h");
        await().until(this::greeting, "hello"::equals);
        copy.with("web.yaml", set("hi") + "  selektor: {}\n")
                .commitAndPush("a slip")
                .orFail();

        look();

        await().until(
                        this::ready,
                        said -> said.startsWith("Invalid: web.yaml:9: spec.selektor: there is no such field"));
        assertThat(greeting()).isEqualTo("hello");
        assertThat(kubectl.run("wait", "gs/fleet", "--for=condition=Stalled", "--timeout=5s")
                        .exit())
                .isZero();
        kubectl.run("delete", "us", "web", "--wait=false");
        await().until(this::greeting, "hello"::equals);
    }

    @Test
    void mostIsNotRemovedUntilThatIsConfirmed() {
        source("file://" + repository, "interval: 1h");
        await().until(this::greeting, "hello"::equals);
        copy.without("web.yaml");
        copy.with("README", "nothing").commitAndPush("nothing").orFail();

        look();

        await().until(this::ready, said -> said.startsWith("PruneNeedsConfirmation: would remove 1 of 1"));
        var command = ready().replaceFirst(".*: kubectl ", "");
        assertThat(kubectl.run(command.split(" ")).exit()).isZero();
        await().until(() -> greeting().isEmpty());
    }

    @Test
    void whatTheServerWouldRefuseIsNotHalfApplied() {
        copy.with(
                        "second.yaml",
                        set("x").replace("{name: web}", "{name: second, namespace: " + shop + "-that-is-nowhere}"))
                .commitAndPush("two")
                .orFail();

        source("file://" + repository, "interval: 1h");

        await().until(this::ready, said -> said.startsWith("Invalid: second.yaml:1: "));
        assertThat(greeting()).isEmpty();
    }

    @Test
    void whoeverIsLedElsewhereDoesNotFollow() throws Exception {
        credentials(Map.of(
                "url",
                https.url(""),
                "username",
                RealGitServer.USER,
                "password",
                RealGitServer.PASSWORD,
                "ca.crt",
                https.certificate()));

        source(https.url("moved/" + shop + ".git"), "credentials: " + shop);

        await().until(this::ready, said -> said.startsWith("FetchFailed: cannot fetch from " + https.url("moved/")));
        assertThat(ready()).contains("it leads elsewhere, and redirects are not followed");
    }

    @Test
    void unsignedCommitsDoNotCount() {
        source("file://" + repository, """
            verify:
                keys:
                - {name: ann, key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0000000000000000000000000000000000000000"}
            """.strip());

        await().until(
                        this::ready,
                        said -> said.matches(
                                "NotSigned: commit [0-9a-f]{7} \\(Ann .*\\) is not signed; sign it again there; .*"));
        assertThat(greeting()).isEmpty();
    }

    @Test
    void aWebhookThatIsSignedIsHeardAtOnce() throws Exception {
        credentials(Map.of("url", "file://", "webhook-secret", "hush\n"));
        source("file://" + repository, "interval: 7d\n  credentials: " + shop);
        await().until(this::greeting, "hello"::equals);
        copy.with("web.yaml", set("hi")).commitAndPush("hi").orFail();

        assertThat(hook("{\"ref\": \"refs/heads/main\"}", "X-Hub-Signature-256", "sha256=" + "0".repeat(64)))
                .isEqualTo(403);
        assertThat(hook("{}", "X-Gitlab-Token", "wrong")).isEqualTo(403);
        assertThat(hook("/a%00/fleet", "{}", "X-Gitlab-Token", "hush")).isEqualTo(403);
        assertThat(hook("{}", "X-Hub-Signature-256", "sha256=" + hmac("{}"))).isEqualTo(202);

        await().until(this::greeting, "hi"::equals);
        assertThat(hook("{}", "X-Gitea-Signature", hmac("{}"))).isEqualTo(202);
        assertThat(hook("{}", "X-Gitlab-Token", "hush")).isEqualTo(202);
    }

    private int hook(String body, String header, String value) throws Exception {
        return hook("/" + shop + "/fleet", body, header, value);
    }

    private int hook(String source, String body, String header, String value) throws Exception {
        var request = HttpRequest.newBuilder(plain.resolve("/git-hooks" + source))
                .header(header, value)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString()).statusCode();
        }
    }

    private static String hmac(String body) throws Exception {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("hush".getBytes(UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
    }
}
