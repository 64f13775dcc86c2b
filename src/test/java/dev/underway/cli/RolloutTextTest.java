package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.UnitSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolloutTextTest {
    private static final String MOVING =
            "'observedGeneration':2," + Samples.conditions("False", "True", "False", "Progressing") + ",";

    @Test
    void drawsWavesBudgetReasonsAndFailures() {
        var set = Samples.web(
                "",
                MOVING
                        + Samples.rollout(
                                "Progressing",
                                Samples.WAVES
                                        + ",'waiting':[{'reason':'WaveNotReached','hosts':6,'names':['c','d','e']}]"
                                        + ",'failures':[{'host':'b','reason':'UnitFailed','message':'exit 1\\nlog'}]"));

        assertThat(picture(set)).isEqualTo("""
            shop/web  web-2 (from web-1)  Progressing  2m30s
              canary    [##########++++++++++]  1 of 2 verified, 1 changing
              rest      [--..................]  0 of 7 verified, 1 skipped, not reached
              budget    1 of 2 unavailable
              waiting   WaveNotReached, 6 hosts: c d e …
              failed    b UnitFailed: exit 1
            """);
    }

    @Test
    void saysHowLongAWaveIsStillWatched() {
        var set = Samples.web(
                ",'rollout':{'waves':[{'name':'canary','selector':{},'bake':'5m'}]}",
                MOVING
                        + Samples.rollout(
                                "Baking",
                                ",'wave':'canary','waves':[{'name':'canary','hosts':1,'told':1,'verified':1,'skipped':0,"
                                        + "'startedAt':'2026-11-25T11:57:30Z','healthyAt':'2026-11-25T11:58:30Z'}]"));

        assertThat(picture(set)).contains("[####################]  1 of 1 verified, baking, 3m30s to go\n");
    }

    @Test
    void neverDrawsTheRolloutBefore() {
        var set = Samples.web(
                "",
                "'observedGeneration':1," + Samples.conditions("True", "False", "False", "HostsReady") + ","
                        + Samples.rollout("Complete", Samples.WAVES));

        assertThat(picture(set)).isEqualTo("shop/web  NotObserved  the server has not looked at generation 2 yet\n");
        assertThat(RolloutText.line(set, RolloutVerdict.of(set)))
                .isEqualTo("shop/web: NotObserved, the server has not looked at generation 2 yet");
    }

    @Test
    void saysInALineWhereItIsAndNothingThatChangesWithTime() {
        var set = Samples.web("", MOVING + Samples.rollout("Progressing", Samples.WAVES));

        assertThat(RolloutText.line(set, RolloutVerdict.of(set)))
                .isEqualTo("shop/web web-2: Progressing, wave canary 1/2, 1 of 9 hosts verified, 1 skipped");
    }

    @ParameterizedTest
    @CsvSource({"0, 9, 0", "1, 1000, 1", "999, 1000, 19", "1000, 1000, 20", "5, 10, 10", "0, 0, 0"})
    void aBarIsNeverFullBeforeTheEndNorEmptyAfterTheBeginning(int part, int whole, int drawn) {
        assertThat(RolloutText.share(part, whole)).isEqualTo(drawn);
    }

    private static String picture(UnitSet set) {
        return RolloutText.picture(set, RolloutVerdict.of(set), Samples.NOW).stream()
                .map(Line::plain)
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
