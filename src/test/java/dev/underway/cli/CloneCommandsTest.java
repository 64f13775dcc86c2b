package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.GitSourceSpec;
import dev.underway.testing.Program;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CloneCommandsTest {
    private static final URI SERVER = URI.create("https://underway.example.com:7443");

    @TempDir
    Path directory;

    @Test
    void cloneTrustsTheServerAndAsksUnderwayForTheToken() {
        assertThat(commands(SERVER, "", Path.of("/home/ann/.config/underway/ca-prod.pem"))
                        .text())
                .isEqualTo("""
                        git clone -c http.sslCAInfo=/home/ann/.config/underway/ca-prod.pem -c credential.helper= \
                        -c credential.helper='!underway git-credential' \
                        https://underway.example.com:7443/git/shop/fleet.git
                        # and when something is committed:
                        git -C fleet push origin HEAD:main
                        """);
    }

    @Test
    void theSourceSaysWhereAPushGoes() {
        assertThat(commands(SERVER, "'branch':'prod'", null).text()).endsWith(" push origin HEAD:prod\n");
        assertThat(commands(SERVER, "'tag':'live'", null).text()).endsWith(" push origin HEAD:refs/tags/live\n");
    }

    @Test
    void aShellAndGitUnderstandNamesWithBlanksAndQuotes() {
        var origin = directory.resolve("git/shop/fleet.git");
        Program.of("git", "init", "--quiet", "--bare", origin.toString()).run().orFail();
        var commands = commands(
                URI.create("file://" + directory),
                "",
                directory.resolve("ann's CA.pem"),
                "--kubeconfig=/home/ann's config",
                "--context=prod");

        var clone = commands.text().lines().findFirst().orElseThrow();
        Program.of("sh", "-c", "cd '" + directory + "' && " + clone).run().orFail();

        assertThat(config("http.sslCAInfo")).isEqualTo(directory + "/ann's CA.pem\n");
        assertThat(config("credential.helper"))
                .isEqualTo("\n!underway git-credential '--kubeconfig=/home/ann'\\''s config' --context=prod\n");
    }

    private String config(String key) {
        var copy = directory.resolve("fleet").toString();
        return Program.of("git", "-C", copy, "config", "--local", "--get-all", key)
                .run()
                .orFail()
                .output();
    }

    private static CloneCommands commands(URI server, String spec, @Nullable Path authority, String... options) {
        return new CloneCommands(
                server,
                new Subject("shop", "fleet"),
                Samples.read("{" + spec + "}", GitSourceSpec.class),
                authority,
                List.of(options));
    }
}
