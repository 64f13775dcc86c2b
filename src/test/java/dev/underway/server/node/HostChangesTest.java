package dev.underway.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.server.store.Resource;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What becomes of what a machine says about itself.
class HostChangesTest {
    @Test
    void factsGiveATerminalNoOrders() throws Exception {
        var host = new Resource(Resource.Key.of(Kind.HOST, null, "web-1"), 1, Codec.JSON.createObjectNode());

        var next = HostChanges.facts(Map.of("os", "Debian \033[31m12", "\033[2J", "x".repeat(2000)))
                .apply(host);

        assertThat(next.at("/status/facts/os").asText()).isEqualTo("Debian ?[31m12");
        assertThat(next.at("/status/facts/?[2J").asText()).hasSize(1024);
    }
}
