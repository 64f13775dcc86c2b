package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Assignment;
import dev.underway.model.Revision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostHistoryTest {
    private static final String COMMIT = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # when                          | told  | runs  | rollout of it          | ended       | says
            it is done everywhere           | web-2 | web-2 | web-2 Complete 11      | 2C@11 1C@10 | web-2 Completed Runs, web-1 Completed -
            it is on its way to this host   | web-2 | web-1 | web-2 Progressing 11   | 1C@10       | web-2 Progressing Told, web-1 Completed Runs
            this host waits for its wave    | web-1 | web-1 | web-2 Baking 11        | 1C@10       | web-2 Baking -, web-1 Completed Runs
            it failed here                  | web-1 | web-1 | web-2 Reverted 11 web3 | 2F@11 1C@10 | web-2 Reverted: UnitFailed Failed, web-1 Completed Runs
            it failed elsewhere             | web-1 | web-1 | web-2 Reverted 11 web9 | 2F@11 1C@10 | web-2 Reverted: UnitFailed -, web-1 Completed Runs
            it failed, and another was made | web-3 | web-3 | web-3 Complete 12      | 3C@12 2F@11 | web-3 Completed Runs, web-2 Failed: UnitFailed -
            it was restarted                | web-1 | web-1 | web-1 Complete 12      | 1C@12 1C@10 | web-1 Completed Runs, web-1 Completed -
            another overtook it             | web-2 | web-2 | web-2 Complete 12      | 2C@12 3S@11 | web-2 Completed Runs, web-3 Superseded -
            it was told nothing yet         | web-2 | -     | web-2 Progressing 11   | -           | web-2 Progressing Told
            what it runs is forgotten       | web-2 | web-1 | web-2 Progressing 12   | -           | web-2 Progressing Told, web-1 - Runs
            nothing is known                | web-1 | web-1 | -                      | -           | web-1 - Runs
            it ended before the host came   | web-2 | web-2 | web-2 Complete 12      | 2C@12 1C@08 | web-2 Completed Runs
            it came with what there was     | web-1 | web-1 | web-1 Complete 08      | 1C@08       | web-1 Completed Runs
            """)
    void saysWhatChangedAndWhatThisHostHasOfIt(
            String when,
            String told,
            @Nullable String runs,
            @Nullable String rollout,
            @Nullable String ended,
            String says) {
        var set = Samples.web("", status(rollout, ended));

        var rows = new HostHistory(List.of(new HostHistory.OnSet(assignment(told, runs), set, revisions()))).rows();

        assertThat(rows.stream().map(HostHistoryTest::told).collect(Collectors.joining(", ")))
                .as(when)
                .isEqualTo(says);
    }

    @Test
    void printsTheCommitOfEachChangeTheNewestFirst() {
        var web = new HostHistory.OnSet(
                assignment("web-2", "web-2"), Samples.web("", status("web-2 Complete 11", "2C@11 1C@10")), revisions());
        var cache = new HostHistory.OnSet(
                Samples.read(
                        "{'metadata':{'name':'cache.web3','namespace':'shop'},'spec':{'unitSet':'cache','host':'web3',"
                                + "'revision':'cache-7','digest':'d'}}",
                        Assignment.class),
                null,
                List.of());

        assertThat(new HostHistory(List.of(cache, web)).table(Samples.NOW)).isEqualTo("""
                TIME                   AGE    UNITSET      REVISION   RESULT      HERE   COMMIT    AUTHOR   FILE
                2026-11-25T11:00:00Z   60m    shop/web     web-2      Completed   Runs   1a2b3c4   Ann B    fleet/web.yaml
                2026-11-25T10:00:00Z   120m   shop/web     web-1      Completed   -      -         -        -
                -                      -      shop/cache   cache-7    -           Told   -         -        -
                """);
        assertThat(new HostHistory(List.of()).table(Samples.NOW)).isEmpty();
    }

    @Test
    void saysThatAPersonWentBackAndWhy() {
        var undone = Samples.web(
                ",'pin':{'revision':'web-1','reason':'orders fail'}", status("web-1 Complete 12", "1C@12 2C@11"));

        var newest = new HostHistory(List.of(new HostHistory.OnSet(assignment("web-1", "web-1"), undone, revisions())))
                .rows()
                .getFirst();

        assertThat(newest.result()).isEqualTo("Completed");
        assertThat(newest.reason()).isEqualTo("Undo");
        assertThat(newest.message()).isEqualTo("orders fail");
    }

    private static String told(HostHistory.Row row) {
        return row.revision() + " " + FleetStatus.orNone(row.result())
                + (row.reason() == null ? "" : ": " + row.reason()) + " "
                + FleetStatus.orNone(row.here().stream().map(Enum::name).collect(Collectors.joining(",")));
    }

    /// @param rollout revision, phase, hour of its beginning, and the host that failed
    /// @param ended such as `2F@11`: the second revision failed in a rollout that began at 11
    private static String status(@Nullable String rollout, @Nullable String ended) {
        var fields = new ArrayList<String>();
        if (rollout != null) {
            var words = rollout.split(" ");
            fields.add("'rollout':{'id':'" + words[0] + "','revision':'" + words[0] + "','phase':'" + words[1]
                    + "','startedAt':'2026-11-25T" + words[2] + ":00:00Z'"
                    + (words[1].equals("Complete") ? ",'endedAt':'2026-11-25T" + words[2] + ":01:00Z'" : "")
                    + (words.length < 4
                            ? ""
                            : ",'reason':'UnitFailed','failures':[{'host':'" + words[3]
                                    + "','reason':'UnitFailed','message':'exit 1'}]")
                    + "}");
        }
        if (ended != null) {
            fields.add("'history':["
                    + Arrays.stream(ended.split(" ")).map(HostHistoryTest::past).collect(Collectors.joining(","))
                    + "]");
        }
        return String.join(",", fields);
    }

    private static String past(String code) {
        var revision = "web-" + code.charAt(0);
        var hour = code.substring(3);
        var outcome =
                switch (code.charAt(1)) {
                    case 'C' -> "Completed'";
                    case 'F' -> "Failed','reason':'UnitFailed'";
                    default -> "Superseded'";
                };
        return "{'id':'" + revision + "','revision':'" + revision + "','startedAt':'2026-11-25T" + hour
                + ":00:00Z','endedAt':'2026-11-25T" + hour + ":01:00Z','outcome':'" + outcome + "}";
    }

    private static Assignment assignment(String told, @Nullable String runs) {
        return Samples.read(
                "{'metadata':{'name':'web.web3','namespace':'shop','creationTimestamp':'2026-11-25T09:00:00Z'},"
                        + "'spec':{'unitSet':'web','host':'web3','revision':'" + told + "','digest':'d'}"
                        + (runs == null ? "" : ",'status':{'revision':'" + runs + "'}") + "}",
                Assignment.class);
    }

    /// The first was applied by hand, the second comes from Git.
    private static List<Revision> revisions() {
        return List.of(
                Samples.revision(1, "web-1"),
                Samples.read(
                        "{'metadata':{'name':'web-2','namespace':'shop','annotations':{'underway.dev/git-commit':'"
                                + COMMIT + "','underway.dev/git-author':'Ann B <ann@example.com>',"
                                + "'underway.dev/git-file':'fleet/web.yaml'}},"
                                + "'spec':{'unitSet':'web','digest':'d','number':2,'content':{}}}",
                        Revision.class));
    }
}
