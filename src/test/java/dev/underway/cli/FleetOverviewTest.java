package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FleetOverviewTest {
    private static final String COUNTS =
            "'observedGeneration':2,'revision':'web-2','hosts':9,'updated':4,'healthy':8,'failed':1,";

    @Test
    void showsEachSetOnALineAndThenWhatNeedsAPerson() {
        var moving = Samples.web(
                "",
                COUNTS + Samples.conditions("False", "True", "False", "Progressing") + ","
                        + Samples.rollout("Progressing", Samples.WAVES));
        var silent = Samples.host("web7", "", "Unknown", "LeaseExpired");

        var overview = FleetOverview.of(List.of(moving), List.of(silent), List.of(), List.of());

        assertThat(overview.text(false, Samples.NOW)).isEqualTo("""
            NAMESPACE   UNITSET   REVISION   ROLLOUT              HOSTS   BUDGET   REASON        CHANGED
            shop        web       web-2      Progressing/canary   8/9     1/2      Progressing   2m ago

            NEEDS A PERSON
            host web7: LeaseExpired, not heard of: web7
              next: see since when and what they miss: underway why host web7
            """);
        assertThat(overview.text(true, Samples.NOW)).contains("UPDATED", "3 of 9 hosts run web-2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Reverted", "Reverting", "Failed", "AwaitingPromotion"})
    void aSetThatWaitsForAPersonIsNamedWithWhatToDo(String phase) {
        var set = Samples.web(
                "",
                COUNTS + Samples.conditions("False", "True", "False", "AwaitingPromotion") + ","
                        + Samples.rollout(phase, ",'reason':'UnitFailed','message':'exit 1'"));

        assertThat(FleetOverview.of(List.of(set), List.of(), List.of(), List.of())
                        .attention())
                .singleElement()
                .satisfies(attention -> {
                    assertThat(attention.about()).isEqualTo("shop/web");
                    assertThat(attention.next()).contains("underway rollout ").contains(" shop/web");
                });
    }

    @ParameterizedTest
    @CsvSource({"False,True,Invalid,1", "False,False,FetchFailed,1", "False,False,Suspended,0", "True,False,Applied,0"})
    void aSourceThatIsHeldBackIsNamed(String ready, String stalled, String reason, int named) {
        var source = Samples.gitSource("fleet", Samples.conditions(ready, "False", stalled, reason));

        assertThat(FleetOverview.of(List.of(), List.of(), List.of(), List.of(source))
                        .attention())
                .hasSize(named)
                .allSatisfy(attention -> {
                    assertThat(attention.about()).isEqualTo("gitsource shop/fleet");
                    assertThat(attention.next()).endsWith("kubectl describe gitsource fleet -n shop");
                });
    }

    @Test
    void whatIsWellOrUndoneOnPurposeNeedsNobody() {
        var well = Samples.web("", COUNTS + Samples.conditions("True", "False", "False", "HostsReady"));
        var undone = Samples.web(
                ",'pin':{'revision':'web-1'}", COUNTS + Samples.conditions("True", "False", "False", "HostsReady"));

        var overview = FleetOverview.of(List.of(well, undone), List.of(), List.of(), List.of());

        assertThat(overview.attention()).isEmpty();
        assertThat(overview.text(false, Samples.NOW)).contains(" Undone ").doesNotContain("PERSON");
    }

    @Test
    void aHostThatGetsNoWorkIsNotForgotten() {
        var slow = "'cordoned':true,'reason':'a slow disk'";
        var hosts = List.of(
                Samples.host("web3", slow, "True", "Heard"),
                Samples.host("web1", "'cordoned':true,'drain':'Stopped'", "True", "Heard"),
                Samples.host("web2", slow, "True", "Heard"));

        assertThat(FleetOverview.of(List.of(), List.of(), hosts, List.of()).text(false, Samples.NOW))
                .isEqualTo("""
            NEEDS A PERSON
            2 hosts: Cordoned, it takes no new work: a slow disk: web2, web3
              next: give it back: underway uncordon web2
            host web1: Drained, its units are to be stopped
              next: give it back: underway uncordon web1
            """);
    }

    @ParameterizedTest
    @CsvSource({"Paused,Paused", "Complete,HostsReady", "AwaitingPromotion,AwaitingPromotion"})
    void aSetThatSomebodyPausedIsNotForgottenAndNamedOnce(String phase, String reason) {
        var set = Samples.web(
                ",'paused':true",
                COUNTS + Samples.conditions("False", "False", "False", reason) + "," + Samples.rollout(phase, ""));

        assertThat(FleetOverview.of(List.of(set), List.of(), List.of(), List.of())
                        .attention())
                .singleElement()
                .satisfies(attention -> assertThat(attention.next())
                        .isEqualTo(
                                reason.equals("AwaitingPromotion")
                                        ? "let it go on: underway rollout promote shop/web"
                                        : "let it go on: underway rollout resume shop/web"));
    }

    @Test
    void manySilentHostsAreOneLine() {
        var hosts = IntStream.range(0, 300)
                .mapToObj(n -> Samples.host("h%03d".formatted(n), "", "Unknown", "LeaseExpired"))
                .toList();

        assertThat(FleetOverview.of(List.of(), hosts, List.of(), List.of()).text(false, Samples.NOW))
                .isEqualTo("""
            NEEDS A PERSON
            300 hosts: LeaseExpired, not heard of: h000, h001, h002, h003, h004 and 295 more
              next: see since when and what they miss: underway why host h000
            """);
    }
}
