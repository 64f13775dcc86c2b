package dev.underway.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.UnitSetSpec.ExecProbe;
import dev.underway.model.UnitSetSpec.Readiness;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Exec probes run as the user of the unit's main process. Needs root, which is why it is not run everywhere.
@Tag("e2e")
class ExecProbeTest {
    private static final long OF_NOBODY = 65534;

    private final Probes probes = new Probes();

    @Test
    void aCommandThatEndsWellHasNoComplaint() throws Exception {
        assertThat(asOurselves("true")).isEmpty();
    }

    @Test
    void theComplaintHasTheCommandItsStatusAndWhatItSaid() throws Exception {
        assertThat(asOurselves("sh", "-c", "echo no database; exit 3"))
                .isEqualTo("'sh -c echo no database; exit 3' ended with 3: no database");
    }

    @Test
    void aProgramThatIsMissingIsAComplaint() throws Exception {
        assertThat(asOurselves("/nowhere/probe")).contains("/nowhere/probe");
    }

    @Test
    void endlessOutputIsCut() throws Exception {
        assertThat(asOurselves("sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x; exit 1"))
                .hasSizeLessThan(500);
    }

    @Test
    void runsAsTheUserOfTheMainProcessWithNothingOfOursInItsEnvironment() throws Exception {
        var main = new ProcessBuilder(
                        "setpriv", "--reuid=65534", "--regid=65534", "--groups=65534,1", "sleep", "infinity")
                .start();
        try {
            while (!"65534".equals(Credentials.of(main.pid()).user())) {
                Thread.onSpinWait();
            }

            var complaint = probes.complaint(
                    exec("sh", "-c", "id -u; id -g; id -G; env | cut -d= -f1 | sort | tr '\\n' ' '; exit 1"),
                    main.pid());

            assertThat(complaint.lines().skip(1))
                    .containsExactly(Long.toString(OF_NOBODY), OF_NOBODY + " 1", "PATH PWD");
            assertThat(complaint.lines().findFirst().orElseThrow()).endsWith(": " + OF_NOBODY);
        } finally {
            main.destroyForcibly();
        }
    }

    @Test
    void aUnitWithoutProcessHasNobodyToRunAs() throws Exception {
        assertThat(probes.complaint(exec("true"), 0)).contains("no main process");
    }

    private String asOurselves(String... command) throws InterruptedException {
        return probes.complaint(exec(command), ProcessHandle.current().pid());
    }

    private static Readiness exec(String... command) {
        return new Readiness(null, null, new ExecProbe(List.of(command)), null, null);
    }
}
