package dev.underway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.server.store.ServerConfig;
import io.smallrye.config.WithDefault;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every key of the server, with its type and default: the table that the README shows.
class ServerConfigTest {
    @TempDir
    Path directory;

    @Test
    void hasTheseKeysAndDefaults() {
        assertThat(keys("underway", ServerConfig.class).sorted().toList())
                .containsExactly(
                        "underway.authority.passphrase String -",
                        "underway.database.password String -",
                        "underway.database.url String -",
                        "underway.database.username String -",
                        "underway.history.keep-at-least int 10000",
                        "underway.history.keep-for Duration 10m",
                        "underway.host-certificate-life Duration P365D",
                        "underway.lease Duration 90s",
                        "underway.limits.requests int 512",
                        "underway.limits.unread Duration 30s",
                        "underway.limits.watches int 4096",
                        "underway.listen.address String 127.0.0.1",
                        "underway.listen.names List -",
                        "underway.listen.port int 7443",
                        "underway.state-directory Path /var/lib/underway-server");
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

    private static Stream<String> keys(String prefix, Class<?> group) {
        return Arrays.stream(group.getDeclaredMethods()).flatMap(method -> {
            var key = prefix + "." + kebab(method.getName());
            var type = valueType(method);
            return type.isInterface() && type.getEnclosingClass() == ServerConfig.class
                    ? keys(key, type)
                    : Stream.of(key + " " + type.getSimpleName() + " " + defaultOf(method));
        });
    }

    private static Class<?> valueType(Method method) {
        if (!(method.getGenericReturnType() instanceof ParameterizedType optional)) {
            return method.getReturnType();
        }
        return switch (optional.getActualTypeArguments()[0]) {
            case ParameterizedType list -> (Class<?>) list.getRawType();
            case Class<?> type -> type;
            default -> throw new AssertionError(method);
        };
    }

    private static String defaultOf(Method method) {
        var value = method.getAnnotation(WithDefault.class);
        return value == null ? "-" : value.value();
    }

    private static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
    }
}
