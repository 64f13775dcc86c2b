package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AgentConfigTest {
    /// The README's table is this list.
    @Test
    void hasTheseKeysAndDefaults() {
        var keys = new TreeMap<String, String>();
        Arrays.stream(AgentConfig.class.getMethods()).forEach(method -> {
            var otherwise = method.getAnnotation(WithDefault.class);
            var key = method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            keys.put(key, otherwise == null ? "" : otherwise.value());
        });

        assertThat(keys)
                .containsExactly(
                        Map.entry("bus-address", "unix:path=/run/dbus/system_bus_socket"),
                        Map.entry("join-token-file", "/etc/underway/join-token"),
                        Map.entry("labels", ""),
                        Map.entry("name", ""),
                        Map.entry("policy-file", "/etc/underway/agent.yaml"),
                        Map.entry("poll-wait", "30s"),
                        Map.entry("safety-net", "5m"),
                        Map.entry("server", ""),
                        Map.entry("state-directory", "/var/lib/underway"));
    }

    @Test
    void readsLabelsWithAnyName() {
        var config =
                read(Map.of("underway.agent.labels.\"example.com/role\"", "web", "underway.agent.labels.zone", "a"));

        assertThat(config.labels()).containsOnly(Map.entry("example.com/role", "web"), Map.entry("zone", "a"));
    }

    @Test
    void namesAVariableThatItDoesNotKnow() {
        assertThat(AgentService.mistakes(Set.of(
                        "UNDERWAY_SERVER",
                        "UNDERWAY_AGENT_SERVER",
                        "UNDERWAY_AGENT_LABELS_ZONE",
                        "UNDERWAY_AGENT_POLL_WAIT")))
                .containsExactly("UNDERWAY_SERVER is not known and has no effect; did you mean UNDERWAY_AGENT_SERVER?");
    }

    @Test
    void refusesAKeyThatItDoesNotKnow() {
        assertThatThrownBy(() -> read(Map.of("underway.agent.sever", "https://x")))
                .hasMessageContaining("underway.agent.sever");
    }

    private static AgentConfig read(Map<String, String> values) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(AgentConfig.class)
                .withDefaultValues(values)
                .addDiscoveredConverters()
                .withConverter(Duration.class, 1000, text -> Duration.ofSeconds(30))
                .build();
        return config.getConfigMapping(AgentConfig.class);
    }
}
