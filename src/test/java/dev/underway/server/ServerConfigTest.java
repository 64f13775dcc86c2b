package dev.underway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.server.store.ServerConfig;
import dev.underway.testing.ConfigurationPage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerConfigTest {
    @TempDir
    Path directory;

    @Test
    void everyKeyStandsOnThePageWithItsDefault() throws Exception {
        assertThat(ConfigurationPage.rows("The server")).isEqualTo(ConfigurationPage.rowsOf(ServerConfig.class));
    }

    @Test
    void readsAFile() throws Exception {
        var config = ConfigFiles.read(file("""
            underway.listen.port=7000
            underway.listen.names=fleet.example.com,10.0.0.1
            underway.history.keep-for=2h
            """));

        assertThat(config.listen().port()).isEqualTo(7000);
        assertThat(config.listen().names().orElseThrow()).containsExactly("fleet.example.com", "10.0.0.1");
        assertThat(config.history().keepFor()).hasHours(2);
        assertThat(config.database().url()).isEmpty();
    }

    @Test
    void needsNoFile() throws Exception {
        assertThat(ConfigFiles.read(directory.resolve("missing")).listen().address())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void namesAVariableThatItDoesNotKnow() {
        assertThat(ConfigFiles.mistakes(Set.of(
                        "UNDERWAY_LISTEN_PROT",
                        "UNDERWAY_LISTEN_PORT",
                        "UNDERWAY_HISTORY_KEEP_FOR",
                        "UNDERWAY_HOST_CERTIFICATE_LIFE")))
                .containsExactly(
                        "UNDERWAY_LISTEN_PROT is not known and has no effect; did you mean UNDERWAY_LISTEN_PORT?");
    }

    @Test
    void refusesAKeyThatItDoesNotKnow() throws Exception {
        var file = file("underway.listen.prot=7000");

        assertThatThrownBy(() -> ConfigFiles.read(file))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("underway.listen.prot");
    }

    @Test
    void refusesAValueThatDoesNotFit() throws Exception {
        var file = file("underway.listen.port=many");

        assertThatThrownBy(() -> ConfigFiles.read(file))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("underway.listen.port")
                .hasMessageContaining("many");
    }

    private Path file(String text) throws Exception {
        return Files.writeString(directory.resolve("application.properties"), text);
    }
}
