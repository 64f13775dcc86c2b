package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.model.Revision;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolloutHistoryTest {
    private static final List<Revision> REVISIONS = IntStream.rangeClosed(1, 4)
            .mapToObj(n -> Samples.revision(n, "web-" + n))
            .toList();

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # when                             | wanted | pinned | stable | history, the newest first | goes back to
            the newest runs everywhere         | web-3  | -      | web-3  | 3C 2C 1C                  | web-2
            the newest is on its way           | web-3  | -      | web-2  | 2C 1C                     | web-2
            the newest failed                  | web-3  | -      | web-2  | 3F 2C 1C                  | web-2
            one that failed is passed over     | web-4  | -      | web-4  | 4C 3F 2C 1C               | web-2
            it failed when it was tried again  | web-4  | -      | web-4  | 4C 3F 3C 2C               | web-2
            it never completed                 | web-4  | -      | web-4  | 4C 3S 2C                  | web-2
            undone twice, it goes back twice   | web-3  | web-2  | web-2  | 2C 3C 2C 1C               | web-1
            an old content was applied again   | web-1  | -      | web-1  | 1C 2C 1C                  | web-2
            its revision is forgotten          | web-3  | -      | web-3  | 3C 9C 1C                  | web-1
            it is the first                    | web-1  | -      | web-1  | 1C                        | -
            """)
    void undoGoesBackToWhatTheFleetHadBefore(
            String when, String wanted, String pinned, String stable, String history, String back) throws Exception {
        var rollout = history(wanted, pinned, stable, history);

        if (back == null) {
            assertThatThrownBy(rollout::previous)
                    .hasMessage("the fleet had no revision of shop/web before web-1 that worked; name one with"
                            + " --to-revision: 1 (web-1), 2 (web-2), 3 (web-3), 4 (web-4)");
        } else {
            assertThat(rollout.previous().metadata().name()).as(when).isEqualTo(back);
        }
    }

    @Test
    void undoBeforeTheServerHasSeenTheChangeGoesBackToWhatRuns() throws Exception {
        var justApplied = Samples.web(
                "",
                "'observedGeneration':1,'stable':'web-3','history':[" + past("3C") + "," + past("2C") + "],"
                        + Samples.rollout("Complete", "").replace("web-2", "web-3"));

        assertThat(new RolloutHistory(justApplied, REVISIONS)
                        .previous()
                        .metadata()
                        .name())
                .isEqualTo("web-3");
    }

    @Test
    void listsWhatBecameOfEachRevision() {
        var set = Samples.web(
                ",'pin':{'revision':'web-2','reason':'orders fail'}",
                "'observedGeneration':2,'stable':'web-2','history':[" + past("3F") + "," + past("2C") + "," + past("1C")
                        + "]");

        assertThat(new RolloutHistory(set, REVISIONS.subList(0, 3)).table(Samples.NOW.plusSeconds(7200)))
                .isEqualTo("""
                    NUMBER   REVISION   AGE    OUTCOME     MARKS                   REASON
                    1        web-1      3h     Completed   -                       -
                    2        web-2      120m   Completed   current,stable,pinned   -
                    3        web-3      60m    Failed      failed                  UnitFailed: it broke
                    """);
    }

    @Test
    void aRevisionIsChosenByNumberOrName() throws Exception {
        var history = history("web-3", null, "web-3", "3C");

        assertThat(history.chosen("2").metadata().name()).isEqualTo("web-2");
        assertThat(history.chosen("web-1").spec().number()).isEqualTo(1);
        assertThatThrownBy(() -> history.chosen("7")).hasMessageContaining("no revision 7; there are: 1 (web-1), ");
    }

    @Test
    void whatFailedBeforeIsNotPromisedToBeRolledOutByAnUnpin() {
        var history = history("web-1", "web-1", "web-1", "2F 1C");

        assertThat(history.onceUnpinned("web-2"))
                .isEqualTo(
                        "web-2 failed before and is not rolled out: 'underway rollout retry shop/web' tries it again,"
                                + " or apply another content");
        assertThat(history.onceUnpinned("web-3")).isEqualTo("web-3 is rolled out");
    }

    private static RolloutHistory history(String wanted, String pinned, String stable, String history) {
        var past =
                Arrays.stream(history.split(" ")).map(RolloutHistoryTest::past).collect(Collectors.joining(","));
        return new RolloutHistory(
                Samples.web(
                        pinned == null ? "" : ",'pin':{'revision':'" + pinned + "'}",
                        "'observedGeneration':2,'stable':'" + stable + "','history':[" + past + "],"
                                + Samples.rollout("Complete", "").replace("web-2", wanted)),
                REVISIONS);
    }

    /// `3C`: the third one completed; F: failed; S: was superseded.
    private static String past(String code) {
        var outcome =
                switch (code.charAt(1)) {
                    case 'C' -> "Completed'";
                    case 'F' -> "Failed','reason':'UnitFailed','message':'it broke','condemned':'true'";
                    default -> "Superseded'";
                };
        return "{'id':'r','revision':'web-" + code.charAt(0)
                + "','startedAt':'2026-11-25T11:00:00Z','endedAt':'2026-11-25T11:01:00Z','outcome':'" + outcome + "}";
    }
}
