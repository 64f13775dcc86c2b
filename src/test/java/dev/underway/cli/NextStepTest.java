package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.verify.Health;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NextStepTest {
    private static final Subject WEB = new Subject("shop", "web");

    /// Whatever an agent can say of a unit.
    @ParameterizedTest
    @EnumSource
    void knowsEveryReasonOfAnUnhealthyUnit(Health.Reason reason) {
        assertThat(NextStep.ofHost(WEB, "web3", reason.name(), "")).isNotNull();
        if (reason.isOfRevision()) {
            assertThat(NextStep.ofHost(WEB, "web3", reason.name(), "")).endsWith("underway retry shop/web");
        }
    }

    /// Of the server's Blame, of the agent's Statuses, and of what it withholds.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Lost",
                "DeadlineExceeded",
                "Reverted",
                "UnitUnhealthy",
                "Denied",
                "PolicyUnusable",
                "UnknownOwner",
                "SystemdUnreachable"
            })
    void knowsWhatKeepsAHostFromIt(String reason) {
        assertThat(NextStep.ofHost(WEB, "web3", reason, "")).isNotNull();
    }

    @Test
    void aConflictSaysItself() {
        assertThat(NextStep.ofHost(WEB, "web3", "Conflict", "shop/web and shop/api both claim /etc/web.conf"))
                .isNull();
    }

    @Test
    void whatFailedAndStaysCanBeTakenBack() {
        assertThat(NextStep.ofSet(WEB, "RolloutFailed"))
                .startsWith("take it back: underway rollout undo shop/web; or")
                .endsWith("underway rollout retry shop/web");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /etc/a is another file                                   | to keep what was changed by hand, copy it into the manifest; to have it overwritten, let spec.drift be Heal
            a.service is overridden by /x/o.conf                     | remove /x/o.conf on web3, or put it into the set
            a.service is overridden by /x; b.service is overridden by /y | remove /x /y on web3, or put it into the set
            /etc/a is another file; a.service is overridden by /x    | remove /x on web3, or put it into the set; to keep what was changed by hand, copy it into the manifest; to have it overwritten, let spec.drift be Heal
            """)
    void aDropInOfSomebodyElseIsNotHealed(String message, String next) {
        assertThat(NextStep.ofHost(WEB, "web3", "Drifted", message)).isEqualTo(next);
    }
}
