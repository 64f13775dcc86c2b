package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubeconfigTest {
    private static final String CONFIG = """
            apiVersion: v1
            kind: Config
            current-context: prod
            clusters:
            - {name: c, cluster: {server: "https://10.0.0.1:7443/", certificate-authority-data: Q0E=}}
            - {name: file, cluster: {server: "https://10.0.0.2:7443", certificate-authority: ca.pem}}
            - {name: insecure, cluster: {server: "https://10.0.0.3", insecure-skip-tls-verify: true}}
            users:
            - {name: token, user: {token: s3cret}}
            - {name: tokenFile, user: {tokenFile: token}}
            - {name: cert, user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}}
            - {name: exec, user: {exec: {command: aws}}}
            contexts:
            - {name: prod, context: {cluster: c, user: token, namespace: shop}}
            - {name: files, context: {cluster: file, user: tokenFile}}
            - {name: cert, context: {cluster: c, user: cert}}
            - {name: insecure, context: {cluster: insecure, user: token}}
            - {name: exec, context: {cluster: c, user: exec}}
            - {name: dangling, context: {cluster: gone, user: token}}
            """;

    @TempDir
    Path directory;

    @Test
    void takesTheCurrentContext() throws Exception {
        var connection = Kubeconfig.load(write("config", CONFIG), console()).connection(null);

        assertThat(connection.server()).hasToString("https://10.0.0.1:7443");
        assertThat(connection.authority()).isEqualTo("CA");
        assertThat(connection.credentials()).isEqualTo(new Connection.Credentials.Token("s3cret"));
        assertThat(connection.namespace()).isEqualTo("shop");
    }

    @Test
    void readsFilesRelativeToTheKubeconfig() throws Exception {
        write("ca.pem", "PEM");
        write("token", "from-file\n");

        var connection = Kubeconfig.load(write("config", CONFIG), console()).connection("files");

        assertThat(connection.authority()).isEqualTo("PEM");
        assertThat(connection.credentials()).isEqualTo(new Connection.Credentials.Token("from-file"));
        assertThat(connection.namespace()).isEqualTo("default");
    }

    @Test
    void namesTheFileOfTheCaUnlessTheCaIsInTheKubeconfig() throws Exception {
        var config = Kubeconfig.load(write("config", CONFIG), console());

        assertThat(config.authorityFile("files")).isEqualTo(directory.resolve("ca.pem"));
        assertThat(config.authorityFile(null)).isNull();
        assertThat(config.contextName(null)).isEqualTo("prod");
    }

    @Test
    void takesClientCertificates() throws Exception {
        var connection = Kubeconfig.load(write("config", CONFIG), console()).connection("cert");

        assertThat(connection.credentials()).isInstanceOfSatisfying(Connection.Credentials.Certificate.class, c -> {
            assertThat(c.chain()).isEqualTo("CERT");
            assertThat(c.key()).isEqualTo("KEY");
        });
    }

    @Test
    void firstFileOfTheVariableWinsAndAbsentOnesAreSkipped() throws Exception {
        var first = write("first", "current-context: files");
        var second = write("second", CONFIG);
        write("ca.pem", "PEM");
        write("token", "t");

        var connection = Kubeconfig.load(null, console("KUBECONFIG", first + ":/nowhere/at/all:" + second))
                .connection(null);

        assertThat(connection.server()).hasToString("https://10.0.0.2:7443");
    }

    @Test
    void fallsBackToTheHomeDirectory() throws Exception {
        Files.createDirectory(directory.resolve(".kube"));
        write(".kube/config", CONFIG);

        assertThat(Kubeconfig.load(null, console()).connection(null).namespace())
                .isEqualTo("shop");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            insecure | insecure-skip-tls-verify, which underway never does
            exec     | use a token or a client certificate
            dangling | has no cluster "gone"
            absent   | has no context "absent"
            """)
    void refusesWithASentenceWhatItDoesNotTrustOrSpeak(String context, String message) throws Exception {
        var config = Kubeconfig.load(write("config", CONFIG), console());

        assertThatThrownBy(() -> config.connection(context))
                .isInstanceOfSatisfying(
                        CommandFailed.class, e -> assertThat(e.exit()).isEqualTo(Exit.NO_ACCESS))
                .hasMessageContaining(message);
    }

    @Test
    void saysWhatToDoWithoutAKubeconfig() {
        assertThatThrownBy(() -> Kubeconfig.load(null, console()))
                .hasMessageContaining("pass --kubeconfig FILE or set KUBECONFIG");
    }

    @Test
    void secretsAreNotPrinted() throws Exception {
        assertThat(Kubeconfig.load(write("config", CONFIG), console())
                        .connection(null)
                        .toString())
                .doesNotContain("s3cret");
    }

    private Path write(String name, String text) throws Exception {
        return Files.writeString(directory.resolve(name), text);
    }

    private Console console(String... environment) {
        return new Console(
                InputStream.nullInputStream(),
                new TextStream(new PrintStream(OutputStream.nullOutputStream())),
                new TextStream(new PrintStream(OutputStream.nullOutputStream())),
                environment.length == 0 ? Map.of() : Map.of(environment[0], environment[1]),
                directory,
                null);
    }
}
