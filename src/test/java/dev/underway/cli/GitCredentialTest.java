package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.testing.Program;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitCredentialTest {
    private static final String OURS = "protocol=https\nhost=underway.example.com:7443\n";
    private static final String ANSWER = "username=underway\npassword=s3cret\n";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path home;

    @BeforeEach
    void aKubeconfig() throws Exception {
        Files.createDirectory(home.resolve(".kube"));
        Files.writeString(home.resolve(".kube/config"), """
                current-context: prod
                clusters:
                - {name: prod, cluster: {server: "https://underway.example.com:7443/"}}
                - {name: test, cluster: {server: "http://localhost:8080"}}
                users:
                - {name: ann, user: {token: s3cret}}
                - {name: cert, user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}}
                contexts:
                - {name: prod, context: {cluster: prod, user: ann}}
                - {name: test, context: {cluster: test, user: ann}}
                - {name: cert, context: {cluster: prod, user: cert}}
                """);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # when                               | server                 | git asks                                                         | answer
            it is the server                     | https://u.example:7443 | protocol=https host=u.example:7443                               | yes
            the URL names a person and a path    | https://u.example:7443 | protocol=https host=u.example:7443 path=git/a/b.git username=ann | yes
            the order is another                 | https://u.example:7443 | host=u.example:7443 protocol=https                               | yes
            the name is written otherwise        | https://u.example:7443 | protocol=https host=U.Example:7443                               | yes
            the port is the usual one            | https://u.example      | protocol=https host=u.example:443                                | yes
            the port is the usual one, unwritten | https://u.example:443  | protocol=https host=u.example                                    | yes
            the server has a prefix              | https://u.example/api  | protocol=https host=u.example                                    | yes
            it is an address of IPv6             | https://[::1]:7443     | protocol=https host=[::1]:7443                                   | yes
            the connection is not encrypted      | https://u.example:7443 | protocol=http host=u.example:7443                                | no
            neither is the server's              | http://u.example:7443  | protocol=http host=u.example:7443                                | no
            the server's is not                  | http://u.example:7443  | protocol=https host=u.example:7443                               | no
            the port is another                  | https://u.example:7443 | protocol=https host=u.example:7444                               | no
            the port is absent                   | https://u.example:7443 | protocol=https host=u.example                                    | no
            the host is another                  | https://u.example:7443 | protocol=https host=github.com                                   | no
            the name only begins like it         | https://u.example      | protocol=https host=u.example.evil                               | no
            the name only ends like it           | https://u.example      | protocol=https host=evil.u.example                               | no
            git names no host                    | https://u.example:7443 | protocol=https                                                   | no
            git names no protocol                | https://u.example:7443 | host=u.example:7443                                              | no
            the last host counts                 | https://u.example:7443 | protocol=https host=u.example:7443 host=evil:7443                | no
            """)
    void answersForTheServerAlone(String when, URI server, String asks, String answer) {
        var request = CredentialRequest.of(asks.replace(' ', '\n') + "\n\n");

        assertThat(request.isFor(server)).as(when).isEqualTo(answer.equals("yes"));
    }

    @Test
    void aCarriageReturnDoesNotMakeAnotherHostOfIt() {
        assertThat(CredentialRequest.of("protocol=https\nhost=evil\rhost=u.example\n")
                        .isFor(URI.create("https://u.example")))
                .isFalse();
    }

    @Test
    void getPrintsTheToken() {
        assertThat(run(OURS, "git-credential", "get")).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(ANSWER);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"get --context test", "get --context cert", "store", "erase", "capability"})
    void everythingElsePrintsNothing(String operation) {
        assertThat(run(OURS + "username=underway\npassword=s3cret\n", ("git-credential " + operation).split(" ")))
                .isZero();

        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void gitGetsItAndAsksNobodyElse() {
        assertThat(fill("https://underway.example.com:7443/git/shop/fleet.git").output())
                .isEqualTo("protocol=https\nhost=underway.example.com:7443\n" + ANSWER);

        var other = fill("https://github.com/ann/fleet.git");

        assertThat(other.exitCode()).isNotZero();
        assertThat(other.output() + other.errors()).doesNotContain("s3cret");
    }

    private Program.Ended fill(String url) {
        var helper = "!'" + ProcessHandle.current().info().command().orElseThrow() + "' " + UnderwayMain.class.getName()
                + " git-credential";
        return Program.of("git", "-c", "credential.helper=", "-c", "credential.helper=" + helper, "credential", "fill")
                .where("CLASSPATH", System.getProperty("java.class.path"))
                .where("KUBECONFIG", home.resolve(".kube/config").toString())
                .where("GIT_CONFIG_NOSYSTEM", "1")
                .where("GIT_CONFIG_GLOBAL", "/dev/null")
                .where("GIT_TERMINAL_PROMPT", "0")
                .reading("url=" + url + "\n\n")
                .run();
    }

    private int run(String input, String... command) {
        return UnderwayMain.run(
                new Console(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        new TextStream(new PrintStream(out, true, StandardCharsets.UTF_8)),
                        new TextStream(new PrintStream(err, true, StandardCharsets.UTF_8)),
                        Map.of(),
                        home,
                        null),
                command);
    }
}
