package dev.underway.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.server.access.Refused;
import dev.underway.wire.Report;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which reports are taken, and what of them is kept.
class ReportRulesTest {
    private static final String CONDITION = "{\"type\": \"Synced\", \"status\": \"False\", \"reason\": \"Drifted\"}";
    private static final String STEP = "{\"action\": \"Start\", \"because\": \"new\", \"disruption\": \"none\"}";
    private static final String UNIT = "{\"name\": \"web.service\", \"active\": \"active\", \"sub\": \"running\"}";

    @Test
    void whatAnAgentSendsIsKeptAsItIs() throws Exception {
        var report = report("""
            {"observedGeneration": 1, "revision": "web-1",
             "conditions": [{"type": "Synced", "status": "False", "reason": "Drifted", "message": "a; b"}],
             "plan": [{"action": "Start", "unit": "web.service", "because": "it is new", "disruption": "none",
                       "result": "Failed", "message": "it exits:\\n\\tno such file"}],
             "units": [{"name": "web.service", "active": "active", "sub": "running", "mainPid": 7,
                        "invocation": "0123456789abcdef0123456789abcdef", "healthy": false, "message": "ill",
                        "draining": [{"instance": "web-1.service"}, "web-2.service"]}]}
            """);

        assertThat(ReportRules.kept(report)).isEqualTo(report);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"conditions\": [], \"plan\": [], \"units\": []}",
                "{\"conditions\": [" + CONDITION + "], \"plan\": [" + STEP + "], \"units\": [" + UNIT + "]}"
            })
    void whatMayBeAbsentMayBeAbsent(String status) throws Exception {
        var report = report(status);

        assertThat(ReportRules.kept(report)).isEqualTo(report);
    }

    @Test
    void aReportOfNothingButFactsIsTaken() throws Exception {
        var facts = read("{\"machine\": \"m\", \"facts\": {\"os\": \"Debian\"}}");

        assertThat(ReportRules.kept(facts))
                .isEqualTo(new Report(0, "m", 0, Map.of("os", "Debian"), List.of(), List.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # what is wrong                      | status
        a condition that is none             | {"conditions": [null]}
        a condition without a type           | {"conditions": [{"status": "True", "reason": "R"}]}
        a condition without a status         | {"conditions": [{"type": "Synced", "reason": "R"}]}
        a condition without a reason         | {"conditions": [{"type": "Synced", "status": "False"}]}
        a step that is none                  | {"plan": [null]}
        a step without an action             | {"plan": [{"because": "x", "disruption": "none"}]}
        a step without its because           | {"plan": [{"action": "Start", "disruption": "none"}]}
        a step without a disruption          | {"plan": [{"action": "Start", "because": "x"}]}
        a unit that is none                  | {"units": [null]}
        a unit without a name                | {"units": [{"active": "active", "sub": "running"}]}
        a unit without an active             | {"units": [{"name": "web.service", "sub": "running"}]}
        a unit without a sub                 | {"units": [{"name": "web.service", "active": "active"}]}
        an instance that is none             | {"units": [{"name": "a", "active": "b", "sub": "c", "draining": [null]}]}
        an instance without a name           | {"units": [{"name": "a", "active": "b", "sub": "c", "draining": [{}]}]}
        """)
    void whatStopsAReaderIsRefused(String wrong, String status) throws Exception {
        var report = report(status);

        assertThatThrownBy(() -> ReportRules.kept(report)).as(wrong).isInstanceOf(Refused.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"assignments\": [null]}",
                "{\"assignments\": [{\"namespace\": \"a\\u0000\", \"unitSet\": \"b\", \"uid\": \"c\", \"status\":"
                        + " {}}]}",
                "{\"assignments\": [{\"namespace\": \"a\", \"unitSet\": \"b\\u0000\", \"uid\": \"c\", \"status\":"
                        + " {}}]}",
                "{\"assignments\": [{\"namespace\": \"a\", \"unitSet\": \"b.c\", \"uid\": \"c\", \"status\": {}}]}",
                "{\"assignments\": [{\"unitSet\": \"b\", \"uid\": \"c\", \"status\": {}}]}",
                "{\"assignments\": [{\"namespace\": \"a\", \"uid\": \"c\", \"status\": {}}]}",
                "{\"assignments\": [{\"namespace\": \"a\", \"unitSet\": \"b\", \"status\": {}}]}",
                "{\"assignments\": [{\"namespace\": \"a\", \"unitSet\": \"b\", \"uid\": \"c\"}]}",
                "{\"removed\": [null]}",
                "{\"removed\": [{\"namespace\": \"a\", \"unitSet\": \"b\\u0000\", \"uid\": \"c\"}]}",
                "{\"removed\": [{\"namespace\": \"a\\u0000\", \"unitSet\": \"b\", \"uid\": \"c\"}]}",
                "{\"removed\": [{\"namespace\": \"a\", \"unitSet\": \"b\"}]}"
            })
    void whatNamesNoAssignmentIsRefused(String json) {
        assertThatThrownBy(() -> ReportRules.kept(read(json))).isInstanceOf(Refused.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # status, of which LONG has 300 letters
        {"conditions": [{"type": "Synced", "status": "False", "reason": "LONG"}]}
        {"conditions": [{"type": "Synced", "status": "False", "reason": "two words"}]}
        {"conditions": [{"type": "Synced", "status": "False", "reason": ""}]}
        {"conditions": [{"type": "LONG", "status": "False", "reason": "Drifted"}]}
        {"plan": [{"action": "LONG", "because": "x", "disruption": "none"}]}
        {"plan": [{"action": "Start", "because": "x", "disruption": "LONG"}]}
        {"plan": [{"action": "Start", "because": "x", "disruption": "none", "result": "LONG"}]}
        {"plan": [{"action": "Start", "because": "x", "disruption": "none", "unit": "LONG"}]}
        {"units": [{"name": "LONG", "active": "active", "sub": "running"}]}
        {"units": [{"name": "a", "active": "LONG", "sub": "running"}]}
        {"units": [{"name": "a", "active": "active", "sub": "LONG"}]}
        {"units": [{"name": "a", "active": "active", "sub": "running", "invocation": "LONG"}]}
        {"units": [{"name": "a", "active": "active", "sub": "running", "draining": ["LONG"]}]}
        {"revision": "LONG"}
        {"revision": "\\u001b[31m"}
        {"conditions": [{"type": "Synced", "status": "False", "reason": "Re\\u001b"}]}
        {"units": [{"name": "\\u001b", "active": "active", "sub": "running"}]}
        """)
    void aWordOrNameThatNoAgentHasIsRefused(String status) {
        var report = report(status.replace("LONG", "x".repeat(300)));

        assertThatThrownBy(() -> ReportRules.kept(report)).isInstanceOf(Refused.class);
    }

    @Test
    void ofASentenceTheBeginningIsKept() throws Exception {
        var journal = "it exits at once\nLast lines of its journal:\n" + ("x".repeat(200) + "…\n").repeat(20);
        var said = report("""
            {"conditions": [{"type": "Synced", "status": "False", "reason": "R", "message": "LONG"},
                            {"type": "Healthy", "status": "False", "reason": "R", "message": "JOURNAL"}],
             "plan": [{"action": "Start", "because": "LONG", "disruption": "none", "message": "LONG"}],
             "units": [{"name": "a", "active": "b", "sub": "c", "message": "LONG"}]}
            """.replace("LONG", "x".repeat(100_000)).replace("JOURNAL", journal.replace("\n", "\\n")));
        var cut = "x".repeat(ReportRules.LONGEST_SENTENCE - 1) + "…";

        var kept = ReportRules.kept(said).assignments().getFirst().status();

        assertThat(kept.conditions()).extracting(Condition::message).containsExactly(cut, journal);
        assertThat(kept.plan().getFirst().because()).isEqualTo(cut);
        assertThat(kept.plan().getFirst().message()).isEqualTo(cut);
        assertThat(kept.units().getFirst().message()).isEqualTo(cut);
    }

    @Test
    void nothingThatIsKeptGivesATerminalOrders() throws Exception {
        var said = report("""
            {"conditions": [{"type": "Synced", "status": "False", "reason": "R", "message": "RED\\n\\tb"}],
             "plan": [{"action": "Start", "because": "RED", "disruption": "none", "message": "RED"}],
             "units": [{"name": "a", "active": "b", "sub": "c", "message": "RED"}]}
            """.replace("RED", "\\u001b[31ma\\u009b"));

        var kept = ReportRules.kept(said).assignments().getFirst().status();

        assertThat(kept.conditions().getFirst().message()).isEqualTo("?[31ma?\n\tb");
        assertThat(kept.plan().getFirst().because()).isEqualTo("?[31ma?");
        assertThat(kept.plan().getFirst().message()).isEqualTo("?[31ma?");
        assertThat(kept.units().getFirst().message()).isEqualTo("?[31ma?");
    }

    @Test
    void ofALongListTheFirstAreKept() throws Exception {
        var said = report("{\"conditions\": [%s], \"plan\": [%s], \"units\": [%s]}"
                .formatted(repeated(CONDITION), repeated(STEP), repeated(UNIT)));

        var kept = ReportRules.kept(said).assignments().getFirst().status();

        assertThat(kept.conditions()).hasSize(16);
        assertThat(kept.plan()).hasSize(ReportRules.MOST_STEPS);
        assertThat(kept.units()).hasSize(ReportRules.MOST_UNITS);
    }

    @Test
    void aReportOfMoreSetsThanAHostCanHaveIsRefused() {
        var removed = "{\"namespace\": \"shop\", \"unitSet\": \"web\", \"uid\": \"u\"}";
        var assignment = removed.replace("}", ", \"status\": {}}");

        assertThatThrownBy(() -> ReportRules.kept(read("{\"assignments\": [" + repeated(assignment) + "]}")))
                .isInstanceOf(Refused.class);
        assertThatThrownBy(() -> ReportRules.kept(read("{\"removed\": [" + repeated(removed) + "]}")))
                .isInstanceOf(Refused.class);
    }

    private static String repeated(String element) {
        return String.join(", ", Collections.nCopies(2000, element));
    }

    private static Report report(String status) {
        return read("""
            {"version": 1, "machine": "m", "serial": 3,
             "assignments": [{"namespace": "shop", "unitSet": "web", "uid": "u", "status": %s}],
             "removed": [{"namespace": "shop", "unitSet": "old", "uid": "v"}]}
            """.formatted(status));
    }

    private static Report read(String json) {
        return Codec.read(json.getBytes(StandardCharsets.UTF_8), Report.class);
    }
}
