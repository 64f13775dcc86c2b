package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.testing.ConfigurationPage;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AgentConfigTest {
    @Test
    void everyKeyStandsOnThePageWithItsDefault() throws Exception {
        assertThat(ConfigurationPage.rows("The agent")).isEqualTo(ConfigurationPage.rowsOf(AgentConfig.class));
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
