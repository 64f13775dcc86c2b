package dev.underway.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
    private static final List<String> KEYS =
            List.of("underway.listen.port", "underway.listen.names", "underway.state-directory", "underway.labels.*");

    @Test
    void namesTheVariableAndTheOneThatWasMeant() {
        assertThat(Environment.mistakes(List.of("UNDERWAY_LISTEN_PROT", "UNDERWAY_STATE_DIR"), KEYS))
                .containsExactly(
                        "UNDERWAY_LISTEN_PROT is not known and has no effect; did you mean UNDERWAY_LISTEN_PORT?",
                        "UNDERWAY_STATE_DIR is not known and has no effect; did you mean UNDERWAY_STATE_DIRECTORY?");
    }

    @Test
    void knowsWhatIsAKeyOrIsNotOurs() {
        assertThat(Environment.mistakes(
                        List.of(
                                "UNDERWAY_LISTEN_PORT",
                                "UNDERWAY_STATE_DIRECTORY",
                                "UNDERWAY_LABELS_ZONE",
                                "UNDERWAY_KUBECTL",
                                "PATH",
                                "underway_listen_prot"),
                        KEYS))
                .isEmpty();
    }
}
