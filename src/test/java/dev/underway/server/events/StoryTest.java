package dev.underway.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Kind;
import dev.underway.model.Manifests;
import dev.underway.server.store.Resource;
import dev.underway.server.store.Transition;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What commits tell people, read like `kubectl events`.
class StoryTest {
    private static final String TOLD = """
        metadata: {uid: u1, ownerReferences: [{kind: UnitSet, name: web, uid: s1}]}
        spec: {host: a, unitSet: web, revision: web-1}
        """;
    private static final String HEALTHY = TOLD + """
        status:
          revision: web-1
          reportedAt: "2026-01-01T00:00:00Z"
          conditions:
          - {type: Synced, status: "True", reason: AsDesired, message: everything on the host is as desired}
          - {type: Healthy, status: "True", reason: UnitsHealthy, message: every unit is as it should be}
          plan:
          - {action: Start, unit: web.service, because: it is new, disruption: none, result: Done}
        """;

    @Test
    void aFirstReportTellsWhatWasDoneAndHowItEnded() {
        assertThat(of(Kind.ASSIGNMENT, TOLD, HEALTHY)).containsExactly("""
                Normal Started: Start web.service: it is new (underway-agent, a)""", """
                Normal Synced: runs web-1: everything on the host is as desired (underway-agent, a)""", """
                Normal Healthy: every unit is as it should be (underway-agent, a)""");
    }

    @Test
    void aReportThatSaysNothingNewTellsNothing() {
        assertThat(of(Kind.ASSIGNMENT, HEALTHY, HEALTHY.replace("00:00:00Z", "00:01:00Z")))
                .isEmpty();
    }

    @Test
    void whatBecameOfACommitIsTold() {
        var waiting = """
            metadata: {uid: g1}
            status:
              waiting: {id: 1234567890}
              conditions:
              - {type: Ready, status: "False", reason: Invalid, message: "web.yaml:3: kind: is required"}
              - {type: Stalled, status: "True", reason: Invalid}
            """;
        var applied = """
            metadata: {uid: g1}
            status:
              applied: {id: abcdef0123456789, author: Ann <ann@example.com>, subject: more of it}
              conditions:
              - {type: Ready, status: "True", reason: Applied}
            """;

        assertThat(of(Kind.GIT_SOURCE, null, waiting))
                .containsExactly("Warning Invalid: web.yaml:3: kind: is required (underway-server)");
        assertThat(of(Kind.GIT_SOURCE, waiting, waiting.replace("1234", "4321")))
                .containsExactly("Warning Invalid: web.yaml:3: kind: is required (underway-server)");
        assertThat(of(Kind.GIT_SOURCE, waiting, applied))
                .containsExactly(
                        "Normal Applied: commit abcdef0 by Ann <ann@example.com>: more of it (underway-server)");
        assertThat(of(Kind.GIT_SOURCE, applied, applied)).isEmpty();
    }

    @Test
    void anAssignmentIsToldToTheSetAndToItself() {
        assertThat(of(Kind.ASSIGNMENT, null, TOLD))
                .containsExactly(
                        "Normal Assigned: a is told to run web-1 (underway-server)",
                        "Normal Assigned: web-1 to a (underway-server)");
        assertThat(of(Kind.ASSIGNMENT, TOLD, TOLD.replace("web-1", "web-2")))
                .containsExactly(
                        "Normal Assigned: a is told to run web-2 instead of web-1 (underway-server)",
                        "Normal Assigned: web-2 to a (underway-server)");
    }

    @Test
    void theSetHearsOnceOfAllHostsThatWereToldTogether() {
        var changes = List.of("a", "b", "c", "d", "e", "f", "g").stream()
                .map(host -> change(Kind.ASSIGNMENT, "web." + host, null, TOLD.replace("host: a", "host: " + host)))
                .toList();

        var ofSet = Story.of(changes).stream()
                .filter(told -> told.subject().kind().equals(Kind.UNIT_SET))
                .toList();

        assertThat(ofSet).extracting(Occurrence::message).containsExactly("web-1 to a, b, c, d, e and 2 more hosts");
        assertThat(ofSet.getFirst().subject()).isEqualTo(new Occurrence.Subject(Kind.UNIT_SET, "shop", "web", "s1"));
    }

    @Test
    void aRolloutTellsEachOfItsDecisionsOnce() {
        var before = "metadata: {uid: s1}";
        var began = before + """

            status: {rollout: {revision: web-2, from: web-1, phase: Progressing, startedAt: "2026-01-01T00:00:00Z", wave: canary}}
            """;
        var nextWave = began.replace("wave: canary", "wave: zone-a");
        var failed = nextWave.replace(
                "phase: Progressing", "phase: Reverting, reason: Crashed, message: 'a: it did not stay up'");

        assertThat(of(Kind.UNIT_SET, before, began))
                .containsExactly(
                        "Normal RolloutStarted: web-2 instead of web-1 (underway-server)",
                        "Normal WaveStarted: web-2 reaches wave canary (underway-server)");
        assertThat(of(Kind.UNIT_SET, began, nextWave))
                .containsExactly("Normal WaveStarted: web-2 reaches wave zone-a (underway-server)");
        assertThat(of(Kind.UNIT_SET, nextWave, failed))
                .containsExactly("Warning RolloutFailed: web-2: Crashed: a: it did not stay up (underway-server)");
        assertThat(of(Kind.UNIT_SET, failed, failed.replace("Reverting", "Reverted")))
                .isEmpty();
        assertThat(of(Kind.UNIT_SET, nextWave, nextWave.replace("Progressing", "Complete")))
                .containsExactly("Normal RolloutComplete: web-2 (underway-server)");
    }

    @Test
    void whatAPersonSaysOfARolloutIsToldWithTheName() {
        var before = "metadata: {uid: s1}\nstatus: {rollout: {revision: web-2, phase: AwaitingPromotion}}";

        assertThat(of(
                        Kind.UNIT_SET,
                        before,
                        before.replace("status: {", "status: {words: {promoted: {id: r, wave: canary, by: ann}}, ")))
                .containsExactly("Normal Promoted: ann let the rollout go on after wave canary (underway-server)");
        assertThat(of(
                        Kind.UNIT_SET,
                        before,
                        before.replace("status: {", "status: {words: {retried: {id: r, by: ann}}, ")))
                .containsExactly("Normal Retried: ann asked to try again what failed (underway-server)");
    }

    @Test
    void aPlanIsNamedByItsMostDisruptiveStep() {
        var start = "- {action: Start, unit: web.service, because: it is new, disruption: none, result: Done}";
        var after = HEALTHY.replace(
                start,
                String.join(
                        "\n  ",
                        "- {action: WriteFile, because: /etc/web.conf differs, disruption: none, result: Done}",
                        "- {action: DaemonReload, because: units changed, disruption: none, result: Done}",
                        start.replace("Start", "Swap").replace("it is new", "Environment= changed")));

        assertThat(of(Kind.ASSIGNMENT, HEALTHY, after))
                .containsExactly(
                        "Normal Swapped: WriteFile /etc/web.conf differs; Swap web.service: Environment= changed"
                                + " (underway-agent, a)");
    }

    @Test
    void aFailureIsAWarningWithoutTheLinesOfTheJournal() {
        var after = HEALTHY.replace(
                        "status: \"True\", reason: AsDesired, message: everything on the host is as desired",
                        "status: \"False\", reason: Reverted, message: \"web-2 failed and web-1 was put back\"")
                .replace(
                        "status: \"True\", reason: UnitsHealthy, message: every unit is as it should be",
                        "status: \"False\", reason: StartFailed, message: \"it exits at once\\nLast lines of its"
                                + " journal:\\npassword=hunter2\"")
                .replace(
                        "result: Done",
                        "result: Failed, message: \"it exits at once\\nLast lines of its journal:\\n"
                                + "password=hunter2\"");

        assertThat(of(Kind.ASSIGNMENT, HEALTHY, after))
                .containsExactly(
                        "Warning StartFailed: Start web.service: it is new: it exits at once (underway-agent, a)",
                        "Warning Reverted: web-2 failed and web-1 was put back (underway-agent, a)",
                        "Warning StartFailed: it exits at once (underway-agent, a)");
    }

    @Test
    void whatPassesByItselfIsNoWarning() {
        var waiting = HEALTHY.replace(
                "status: \"True\", reason: AsDesired, message: everything on the host is as desired",
                "status: \"False\", reason: Waiting, message: web.service is running a job");

        assertThat(of(Kind.ASSIGNMENT, HEALTHY, waiting))
                .containsExactly("Normal Waiting: web.service is running a job (underway-agent, a)");
    }

    @Test
    void peoplesWordsAreTold() {
        var held = TOLD.replace("revision: web-1", """
            revision: web-1, hold: {reason: disk, until: "2026-01-01T00:00:00Z", by: ann}""");

        assertThat(of(Kind.ASSIGNMENT, TOLD, held))
                .containsExactly("Normal Held: held by ann until 2026-01-01T00:00:00Z: disk (underway-server)");
        assertThat(of(Kind.ASSIGNMENT, held, TOLD))
                .containsExactly("Normal Released: the hold has ended (underway-server)");
        assertThat(of(
                        Kind.ASSIGNMENT,
                        TOLD,
                        TOLD.replace("uid: u1", "uid: u1, annotations: {underway.dev/retried-by: ann}")
                                .replace("revision: web-1", """
                                    revision: web-1, policy: {retriedAt: "2026-01-01T00:00:00Z"}""")))
                .containsExactly("Normal Retried: ann asked to try again what failed (underway-server)");
    }

    @Test
    void removalHasABeginningAndAnEnd() {
        var going = TOLD.replace("uid: u1", "uid: u1, deletionTimestamp: \"2026-01-01T00:00:00Z\"");

        assertThat(of(Kind.ASSIGNMENT, TOLD, going))
                .containsExactly("Normal Withdrawn: a is told to remove the set (underway-server)");
        assertThat(words(Story.of(List.of(new Transition(
                        resource(Kind.ASSIGNMENT, "web.a", going), resource(Kind.ASSIGNMENT, "web.a", going), true)))))
                .containsExactly("Normal Removed: nothing of the set is managed on a any more (underway-server)");
    }

    @Test
    void hostsJoinFallSilentAndComeBack() {
        var joined = """
            metadata: {uid: h1}
            status:
              enrolledAt: "2026-01-01T00:00:00Z"
              conditions: [{type: Ready, status: Unknown, reason: Joined, message: joined}]
            """;
        var ready = joined.replace(
                "Unknown, reason: Joined, message: joined", "\"True\", reason: AgentHeard, message: heard");
        var silent = joined.replace("Joined, message: joined", "AgentSilent, message: no call");

        assertThat(of(Kind.HOST, null, joined))
                .containsExactly("Normal Joined: a machine has joined under this name (underway-server)");
        assertThat(of(Kind.HOST, joined, ready)).containsExactly("Normal Ready: heard (underway-server)");
        assertThat(of(Kind.HOST, ready, silent)).containsExactly("Warning AgentSilent: no call (underway-server)");
        assertThat(of(Kind.HOST, ready, ready.replace("uid: h1", "uid: h1, labels: {a: b}")))
                .isEmpty();
        assertThat(of(Kind.HOST, ready, "spec: {cordoned: true, reason: disk}\n" + ready))
                .containsExactly("Normal Cordoned: no new work is sent to it: disk (underway-server)");
    }

    @Test
    void aSetIsToldWhenItsReasonTurnsNotWhenItsCountsMove() {
        var progressing = """
            metadata: {uid: s1}
            status:
              conditions:
              - {type: Ready, status: "False", reason: Progressing, message: 1 of 3 hosts run web-1}
              - {type: Stalled, status: "False", reason: Progressing}
            """;
        var stalled = progressing
                .replace("reason: Progressing, message", "reason: HostsFailed, message")
                .replace("Stalled, status: \"False\"", "Stalled, status: \"True\"");

        assertThat(of(Kind.UNIT_SET, progressing, progressing.replace("1 of 3", "2 of 3")))
                .isEmpty();
        assertThat(of(Kind.UNIT_SET, progressing, stalled))
                .containsExactly("Warning HostsFailed: 1 of 3 hosts run web-1 (underway-server)");
    }

    @Test
    void aRevisionIsToldToItsSet() {
        assertThat(of(Kind.REVISION, null, """
            metadata: {uid: r1, ownerReferences: [{kind: UnitSet, name: web, uid: s1}]}
            spec: {number: 4}
            """))
                .containsExactly("Normal RevisionMade: it is revision 4 (underway-server)");
    }

    @Test
    void anEventTellsNothingItself() {
        assertThat(of(Kind.EVENT, null, "metadata: {uid: e1}\n")).isEmpty();
    }

    private static List<String> of(Kind kind, String before, String after) {
        return words(Story.of(List.of(change(kind, "it", before, after))));
    }

    private static List<String> words(List<Occurrence> occurrences) {
        return occurrences.stream()
                .map(told -> "%s %s: %s (%s%s)"
                        .formatted(
                                told.type(),
                                told.reason(),
                                told.message(),
                                told.source().component(),
                                told.source().host() == null
                                        ? ""
                                        : ", " + told.source().host()))
                .toList();
    }

    private static Transition change(Kind kind, String name, String before, String after) {
        return new Transition(before == null ? null : resource(kind, name, before), resource(kind, name, after), false);
    }

    private static Resource resource(Kind kind, String name, String yaml) {
        try {
            ObjectNode body = Manifests.read("kind: " + kind.name() + "\n" + yaml)
                    .getFirst()
                    .body();
            return new Resource(Resource.Key.of(kind, kind.namespaced() ? "shop" : null, name), 1, body);
        } catch (Manifests.ManifestException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
