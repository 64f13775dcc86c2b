package dev.underway.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.verify.Health.Healthy;
import dev.underway.agent.verify.Health.Pending;
import dev.underway.agent.verify.Health.Unhealthy;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.TcpProbe;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.plan.Expectation;
import dev.underway.plan.Observed.UnitStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What one look tells, and what a trial of 2 s with a deadline of 10 s makes of several.
class HealthTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # when                                    | shall be   | unit                                   | is
        a service runs                            | Running    | web.service active running             | Healthy
        a service reloads                         | Running    | web.service reloading reload           | Healthy
        a service starts                          | Running    | web.service activating start           | Pending
        a service stops                           | Running    | web.service deactivating stop-sigterm  | Pending
        a service failed                          | Running    | web.service failed failed              | Crashed
        a service is restarted again and again    | Running    | web.service activating auto-restart    | Crashed
        a service does not run                    | Running    | web.service inactive dead              | Crashed
        a service that may rest rests             | IfRunning  | web.service inactive dead              | Healthy
        a service that may rest failed            | IfRunning  | web.service failed failed              | Crashed
        a stopped service is stopped              | Stopped    | web.service inactive dead              | Healthy
        a stopped service had to be killed        | Stopped    | web.service failed failed              | Healthy
        a stopped service runs                    | Stopped    | web.service active running             | Pending
        a oneshot works                           | IfRunning  | oneshot job.service activating start   | Healthy
        a oneshot ended well                      | Running    | oneshot job.service inactive dead      | Healthy
        a oneshot ended badly                     | IfRunning  | oneshot job.service failed failed      | Crashed
        a socket listens                          | Running    | web.socket active listening            | Healthy
        a socket serves                           | Running    | web.socket active running              | Healthy
        a socket failed                           | Running    | web.socket failed failed               | Crashed
        a timer waits                             | Running    | day.timer active waiting               | Healthy
        a path unit waits                         | Running    | in.path active waiting                 | Healthy
        """)
    void oneLook(String when, UnitState state, String unit, String expected) {
        assertThat(word(Health.of(expectation(state, unit), status(unit)))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # when                                    | done     | what is seen, at which second                                        | verdict
        it stays up                               | STARTED  | 0 active a 0, 2 active a 0                                           | Healthy
        it is not up for long enough yet          | STARTED  | 0 active a 0, 1 active a 0                                           | Pending
        it becomes ready late and stays up        | STARTED  | 0 activating a 0, 5 active a 0, 7 active a 0                         | Healthy
        it is ready too late to prove itself      | STARTED  | 0 activating a 0, 9 active a 0, 10 active a 0                        | NotReady
        it never becomes ready                    | STARTED  | 0 activating a 0, 10 activating a 0                                  | NotReady
        it fails before it was up                 | STARTED  | 0 activating a 0, 1 failed a 0                                       | StartFailed
        it fails after it was up                  | STARTED  | 0 active a 0, 1 failed a 0                                           | Crashed
        its first start fails and is tried again  | STARTED  | 0 activating a 0, 1 activating/auto-restart a 0                      | StartFailed
        it failed before the first look           | STARTED  | 0 failed a 0                                                         | Crashed
        it ended before the first look            | STARTED  | 0 inactive a 0                                                       | Crashed
        it is between two lives at the first look | STARTED  | 0 activating/auto-restart a 0                                        | Crashed
        it starts again at the first look         | STARTED  | 0 activating/start b 1, 1 active b 1                                 | Crashed
        it starts again and fails again           | STARTED  | 0 activating/start b 1, 1 failed b 1                                 | Crashed
        it is in another life at the first look   | STARTED  | 0 active b 1                                                         | Crashed
        it is restarted and looks fine            | STARTED  | 0 active a 0, 1 active b 1                                           | Crashed
        somebody starts it anew                   | STARTED  | 0 active a 0, 1 active b 0                                           | Crashed
        its probe is content from the beginning   | STARTED  | 0 active a 0 probed, 2 active a 0 probed                             | Healthy
        its probe complains until the deadline    | STARTED  | 0 active a 0 refused, 10 active a 0 refused                          | ProbeFailed
        its probe is content late                 | STARTED  | 0 active a 0 refused, 4 active a 0 probed, 6 active a 0 probed       | Healthy
        its probe complains in between            | STARTED  | 0 active a 0 probed, 1 active a 0 refused, 2 active a 0 probed       | Pending
        it survives a reload                      | RELOADED | 0 active a 3, 2 active a 3                                           | Healthy
        it fails after a reload                   | RELOADED | 0 active a 3, 1 failed a 3                                           | ReloadFailed
        it is restarted after a reload            | RELOADED | 0 active a 3, 1 active b 4                                           | ReloadFailed
        it is gone at once after a reload         | RELOADED | 0 failed a 0                                                         | ReloadFailed
        """)
    void aTrial(String when, Deed done, String seen, String verdict) {
        assertThat(word(trial(done, "web.service", seen).health())).isEqualTo(verdict);
    }

    @Test
    void whatHasNoProcessToStayUpWithIsJudgedAtOnce() {
        assertThat(trial(Deed.STARTED, "web.timer", "0 active a 0").health()).isEqualTo(new Healthy());
        assertThat(trial(Deed.STARTED, "oneshot job.service", "0 inactive a 0").health())
                .isEqualTo(new Healthy());
    }

    /// Only a socket whose connections get a process each is given probes. It has none itself that could end.
    @Test
    void aSocketIsTriedByWhatItsConnectionsGet() {
        assertThat(trial(Deed.RENEWED, "web.socket", "0 active a 0 probed, 2 active b 0 probed")
                        .health())
                .isEqualTo(new Healthy());
        assertThat(word(trial(Deed.RENEWED, "web.socket", "0 active a 0 refused, 10 active a 0 refused")
                        .health()))
                .isEqualTo("ProbeFailed");
        assertThat(word(trial(Deed.RENEWED, "web.socket", "0 active a 0 probed, 1 failed a 0")
                        .health()))
                .isEqualTo("Crashed");
    }

    @Test
    void saysWhatWasAwaitedInVainAndWhereToLook() {
        assertThat(trial(Deed.STARTED, "web.service", "0 active a 0 refused, 10 active a 0 refused")
                        .health())
                .isEqualTo(new Unhealthy(
                        Health.Reason.ProbeFailed, "web.service was not healthy after 10 s: the probe was refused"));
        assertThat(trial(Deed.RELOADED, "web.service", "0 active a 0, 1 failed a 0")
                        .health()
                        .toString())
                .contains("journalctl -u web.service", "1 s after it was reloaded");
    }

    @Test
    void looksAgainWhenItsTimeIsUpAndNotBefore() {
        var steady = trial(Deed.STARTED, "web.service", "0 activating a 0, 3 active a 0");
        var starting = trial(Deed.STARTED, "web.service", "0 activating a 0");

        assertThat(steady.lookAgainAt()).isEqualTo(Duration.ofSeconds(5));
        assertThat(starting.lookAgainAt()).isEqualTo(Duration.ofSeconds(10));
    }

    /// Looks are written `second activeState[/subState] invocation restarts [probed|refused]`.
    private static Trial trial(Deed done, String unit, String looks) {
        var trial = Trial.begin(expectation(UnitState.Running, unit), done);
        for (var look : looks.split(", ")) {
            var words = look.split(" ");
            var name = unit.substring(unit.indexOf(' ') + 1);
            var states = words[1].split("/");
            var sub = states.length == 2 ? states[1] : "";
            var status = status(name, states[0], sub, words[2], Integer.parseInt(words[3]));
            var complaint = look.endsWith("refused") ? "the probe was refused" : "";
            trial = trial.next(status, complaint, Duration.ofSeconds(Integer.parseInt(words[0])));
        }
        return trial;
    }

    private static Expectation expectation(UnitState state, String unit) {
        var readiness = new Readiness(null, new TcpProbe(1), null, Duration.ofSeconds(2), Duration.ofSeconds(10));
        boolean oneshot = unit.startsWith("oneshot ");
        return new Expectation(oneshot ? unit.substring(8) : unit, state, oneshot, readiness);
    }

    private static UnitStatus status(String unit) {
        var words = unit.replaceFirst("^oneshot ", "").split(" +");
        return status(words[0], words[1], words[2], "a", 0);
    }

    private static UnitStatus status(String name, String active, String sub, String invocation, int restarts) {
        return new UnitStatus(
                name, "loaded", active, sub, "", 1, invocation, restarts, "", false, false, false, "", null, null, 1);
    }

    private static String word(Health health) {
        return switch (health) {
            case Healthy _ -> "Healthy";
            case Pending _ -> "Pending";
            case Unhealthy(var reason, var _) -> reason.name();
        };
    }
}
