package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Assignment;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetRollout.OfHost;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WhyTextTest {
    private static final UnitSet MOVING = Samples.web(
            "",
            "'observedGeneration':2," + Samples.conditions("False", "True", "False", "Progressing") + ","
                    + Samples.rollout("Progressing", ""));

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            # state  | reason          | what to do next names
            Waiting  | WaveNotReached  | underway rollout status shop/web -w
            Waiting  | BudgetExhausted | underway status shop/web
            Waiting  | Paused          | underway rollout resume shop/web
            Waiting  | RolloutFailed   | underway rollout retry shop/web
            Skipped  | Offline         | systemctl status underway-agent
            Skipped  | Cordoned        | underway uncordon web3
            Skipped  | Held            | underway release host web3
            Skipped  | Drained         | underway uncordon web3
            Changing | Silent          | underway drain web3
            Failed   | Lost            | kubectl delete host web3
            Failed   | Crashed         | underway retry shop/web
            Leaving  | RemovalNeedsConfirmation | underway rollout confirm-removal shop/web
            """)
    void saysTheReasonAndWhatToDo(String state, String reason, String next) {
        var answer = why(MOVING, standing(state, reason), null, "", "True");

        assertThat(answer.text())
                .startsWith("shop/web on web3: " + state + ", wave rest\n"
                        + "  wants web-2, was told web-1, runs web-1 (it said so never)\n"
                        + "  " + reason + ": as the planner says\n"
                        + "    next: ")
                .contains(next);
    }

    @Test
    void aHostThatHasItNeedsNothing() {
        var set = Samples.web(
                "",
                "'observedGeneration':2," + Samples.conditions("True", "False", "False", "HostsReady") + ","
                        + Samples.rollout("Complete", ""));

        assertThat(why(
                                set,
                                standing("Verified", "Verified"),
                                assignment("web-2", "Healthy", "True", "Steady"),
                                "",
                                "True")
                        .text())
                .isEqualTo("""
                    shop/web on web3: Verified, wave rest
                      wants web-2, was told web-1, runs web-1 (it said so 30s ago)
                      Verified: as the planner says
                    """);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            /etc/web.conf was changed by hand          | copy it into the manifest; to have it overwritten, let spec.drift be Heal
            web.service is overridden by /etc/x.d/a.conf | remove /etc/x.d/a.conf on web3, or put it into the set
            """)
    void aHostThatWorksAndDiffersByHandIsVerifiedAndSaysWhatDiffers(String drift, String next) {
        var set = Samples.web(
                "",
                "'observedGeneration':2," + Samples.conditions("True", "False", "False", "HostsReady") + ","
                        + Samples.rollout("Complete", ""));
        var drifted = Samples.read(
                "{'metadata':{'name':'web.web3','namespace':'shop'},'spec':{'unitSet':'web','host':'web3','revision':'"
                        + "web-2','digest':'d'},'status':{'conditions':[{'type':'Synced','status':'False','reason':"
                        + "'Drifted','message':'" + drift + "'},{'type':'Healthy','status':'True','reason':"
                        + "'UnitsHealthy'}]}}",
                Assignment.class);

        assertThat(why(set, standing("Verified", "Verified"), drifted, "", "True")
                        .text())
                .contains("  Verified: as the planner says\n  Drifted: " + drift + "\n    next: ")
                .contains(next);
    }

    @Test
    void bringsTogetherTheHostTheRolloutAndTheLastWordsOfTheAgent() {
        var reverted = Samples.web(
                "",
                "'observedGeneration':2,"
                        + Samples.rollout("Reverted", ",'reason':'Crashed','message':'web3: exit 1'"));

        var text = why(
                        reverted,
                        standing("Failed", "Reverted"),
                        assignment("web-1", "Healthy", "False", "Crashed"),
                        "'cordoned':true,'reason':'a slow disk','hold':{'reason':'disk','until':'2026-11-25T13:00:00Z',"
                                + "'by':'ann'}",
                        "Unknown")
                .text();

        assertThat(text).isEqualTo("""
            host web3
              LeaseExpired: no word for 5m; last heard of 5m ago
                next: look whether the machine runs and reaches the server (systemctl status underway-agent)
              Held: held by ann until 2026-11-25T13:00:00Z: disk
                next: end the hold: underway release host web3
              Cordoned: it takes no new work: a slow disk
                next: give it back: underway uncordon web3
            shop/web on web3: Failed, wave rest
              wants web-2, was told web-1, runs web-1 (it said so 30s ago)
              Reverted: as the planner says
                next: look at the journal of the unit on web3; when the cause is gone: underway retry shop/web
              Crashed: it ended with 1
                  log line 2
                  log line 3
                next: look at the journal of the unit on web3; when the cause is gone: underway retry shop/web
              StepFailed: Restart web.service failed, because ExecStart= changed: it ended
              Reverted: web-2 failed (Crashed: web3: exit 1); the fleet is back on web-1
                next: apply a content that works, or, when the cause is gone: underway rollout retry shop/web
            """);
    }

    @Test
    void aHostThatNothingPicksSaysSo() {
        assertThat(WhyText.of(Samples.host("web3", "", "True", "Heard"), List.of(), Samples.NOW)
                        .text())
                .contains("NothingAssigned")
                .contains("kubectl get host web3 --show-labels");
    }

    private static WhyText why(UnitSet set, OfHost standing, Assignment assignment, String hostSpec, String ready) {
        return WhyText.of(
                Samples.host("web3", hostSpec, ready, "LeaseExpired"),
                List.of(new WhyText.Known(set, standing, assignment)),
                Samples.NOW);
    }

    private static OfHost standing(String state, String reason) {
        return Samples.read(
                "{'host':'web3','wave':'rest','wanted':'web-2','told':'web-1','running':'web-1','state':'" + state
                        + "','reason':'" + reason + "','message':'as the planner says'}",
                OfHost.class);
    }

    private static Assignment assignment(String revision, String type, String status, String reason) {
        return Samples.read(
                "{'metadata':{'name':'web.web3','namespace':'shop'},'spec':{'unitSet':'web','host':'web3','revision':'"
                        + revision + "','digest':'d'},'status':{'reportedAt':'2026-11-25T11:59:30Z','conditions':[{"
                        + "'type':'" + type + "','status':'" + status + "','reason':'" + reason
                        + "','message':'it ended with 1\\nlog line 2\\nlog line 3'}],'plan':["
                        + "{'action':'Restart','unit':'web.service','because':'ExecStart= changed',"
                        + "'disruption':'dropped','result':'" + (status.equals("True") ? "Done" : "Failed")
                        + "','message':'it ended'}]}}",
                Assignment.class);
    }
}
