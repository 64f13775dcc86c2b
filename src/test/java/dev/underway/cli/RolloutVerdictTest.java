package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.cli.RolloutVerdict.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a script sees of a rollout: the table of `underway rollout status`.
class RolloutVerdictTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # when                                          | seen | phase             | ready | moves | stalled | reason                   | end     | -w | without
            every reachable host has it                     | 2    | Complete          | True  | False | False   | HostsReady               | DONE    | 0  | 0
            it is complete, and the rest is offline         | 2    | Complete          | False | False | False   | HostsOffline             | DONE    | 0  | 0
            no host is picked                               | 2    | -                 | True  | False | False   | NoHosts                  | DONE    | 0  | 0
            it is complete, and a late host is being told   | 2    | Complete          | False | True  | False   | Progressing              | ON      | 3  | 0
            hosts are being changed                         | 2    | Progressing       | False | True  | False   | Progressing              | ON      | 3  | 0
            it bakes                                        | 2    | Baking            | False | True  | False   | Baking                   | ON      | 3  | 0
            it waits for a promotion                        | 2    | AwaitingPromotion | False | True  | False   | AwaitingPromotion        | ON      | 3  | 0
            it is paused                                    | 2    | Paused            | False | False | False   | Paused                   | ON      | 3  | 0
            every host is offline                           | 2    | NoHostVerified    | False | False | False   | HostsOffline             | ON      | 3  | 0
            the canaries are offline                        | 2    | NoHostVerified    | False | False | True    | NoHostVerified           | FAILED  | 1  | 1
            it fails and goes back                          | 2    | Reverting         | False | True  | False   | Reverting                | FAILING | 1  | 1
            its way back is blocked                         | 2    | Reverting         | False | False | True    | RevertBlocked            | FAILED  | 1  | 1
            its way back is paused                          | 2    | Reverting         | False | False | False   | Paused                   | FAILED  | 1  | 1
            it failed and everybody is back                 | 2    | Reverted          | False | False | True    | Reverted                 | FAILED  | 1  | 1
            it is back, and its hosts are well              | 2    | Reverted          | True  | False | False   | Reverted                 | FAILED  | 1  | 1
            it failed and hosts stay                        | 2    | Failed            | False | False | True    | RolloutFailed            | FAILED  | 1  | 1
            it is complete, and a host failed               | 2    | Complete          | False | False | True    | HostsFailed              | FAILED  | 1  | 1
            it would leave most of its hosts                | 2    | Complete          | False | False | True    | RemovalNeedsConfirmation | FAILED  | 1  | 1
            the pinned revision is gone                     | 2    | Complete          | False | False | True    | PinnedRevisionMissing    | FAILED  | 1  | 1
            the rollout before it is complete               | 1    | Complete          | True  | False | False   | HostsReady               | ON      | 3  | 0
            the rollout before it was taken back            | 1    | Reverted          | False | False | True    | Reverted                 | ON      | 3  | 0
            the server has never looked at it               | -    | -                 | -     | -     | -       | -                        | ON      | 3  | 0
            """)
    void says(
            String when,
            Long seen,
            String phase,
            String ready,
            String moves,
            String stalled,
            String reason,
            End end,
            int waited,
            int looked) {
        var status = seen == null
                ? ""
                : "'observedGeneration':" + seen + "," + Samples.conditions(ready, moves, stalled, reason)
                        + (phase == null ? "" : "," + Samples.rollout(phase, ""));

        var verdict = RolloutVerdict.of(Samples.web("", status));

        assertThat(verdict.end()).as(when).isEqualTo(end);
        assertThat(verdict.exit(true).code()).isEqualTo(waited);
        assertThat(verdict.exit(false).code()).isEqualTo(looked);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # when                                   | retry said | of | end
            nobody said retry                        | -          | -  | FAILED
            somebody said retry, and it is not heard | 11:59:00   | r2 | ON
            it began anew since, and failed again    | 11:57:00   | r2 | FAILED
            the word was about another rollout       | 11:59:00   | r1 | FAILED
            """)
    void aFailureBeforeTheLastRetryIsNotTheEnd(String when, String at, String id, End end) {
        var words =
                at == null ? "" : ",'words':{'retried':{'id':'" + id + "','by':'ann','at':'2026-11-25T" + at + "Z'}}";

        var verdict =
                RolloutVerdict.of(Samples.web("", "'observedGeneration':2," + Samples.rollout("Reverted", "") + words));

        assertThat(verdict.end()).as(when).isEqualTo(end);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # when                                        | pinned to | expected | end    | reason
            somebody undid it                             | web-1     | -        | FAILED | Undone
            who undid it waits for that                   | web-1     | web-1    | DONE   | HostsReady
            who undid it sees that somebody undid further | web-0     | web-1    | FAILED | Undone
            who undid it sees that a fix came             | -         | web-1    | FAILED | Superseded
            it is pinned to what it says                  | CONTENT   | -        | DONE   | HostsReady
            """)
    void whatAPersonTookBackIsNotDoneButForThatPerson(
            String when, String pinned, String expected, End end, String reason) {
        var pin = pinned == null
                ? ""
                : ",'pin':{'revision':'" + pinned.replace("CONTENT", Samples.content()) + "','reason':'orders fail'}";
        var status = "'observedGeneration':2," + Samples.conditions("True", "False", "False", "HostsReady") + ","
                + Samples.rollout("Complete", "");

        var verdict = RolloutVerdict.of(Samples.web(pin, status), expected);

        assertThat(verdict.end()).as(when).isEqualTo(end);
        assertThat(verdict.reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            True  | RevertBlocked | failed: RevertBlocked, 3 of 9 hosts run web-2    | underway rollout undo shop/web
            False | Paused        | web-1 when it is not paused any more             | underway rollout resume shop/web
            False | Reverting     | failed: Reverting, web-2 failed (Lost: a: gone); | underway rollout retry shop/web
            """)
    void aWayBackOnWhichNothingMovesIsNotSaidToGoOn(String stalled, String reason, String said, String next) {
        var set = Samples.web(
                "",
                "'observedGeneration':2," + Samples.conditions("False", "False", stalled, reason) + ","
                        + Samples.rollout("Reverting", ",'reason':'Lost','message':'a: gone'"));

        assertThat(RolloutText.ending(set, RolloutVerdict.of(set)))
                .contains(said)
                .contains(next);
    }

    @Test
    void saysWhyItFailedAndWhereTheFleetIs() {
        var set = Samples.web(
                "",
                "'observedGeneration':2,"
                        + Samples.rollout("Reverted", ",'reason':'ReadinessFailed','message':'web1: no READY'"));

        assertThat(RolloutText.ending(set, RolloutVerdict.of(set))).isEqualTo("""
                shop/web: failed: Reverted, web-2 failed (ReadinessFailed: web1: no READY); the fleet is back on web-1
                next: apply a content that works, or, when the cause is gone: underway rollout retry shop/web\
                """);
    }
}
