package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.fields.FieldOwnership.Force;
import dev.underway.model.fields.FieldSet;
import dev.underway.server.api.FieldOwner.Operation;
import dev.underway.server.api.RequestPath.Part;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FieldTrackingTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
    private static final ObjectNode NOTHING = Codec.JSON.createObjectNode();
    private static final String ASSIGNMENT = """
            {"apiVersion": "underway.dev/v1alpha1", "kind": "Assignment", "metadata": {"name": "web.h1"},
             "spec": {%s}, "status": {"revision": "web-1"}}\
            """;
    private static final String TOLD = "\"unitSet\": \"web\", \"revision\": \"web-1\"";
    private static final String HOLD = ", \"hold\": {\"reason\": \"%s\", \"until\": \"2026-02-01T00:00:00Z\"}";

    @Test
    void anAssignmentOfTheServersIsItsOwnButForPeoplesWord() throws Exception {
        var stored = object(ASSIGNMENT.formatted(TOLD + HOLD.formatted("old")));
        var tracking = at(Kind.ASSIGNMENT, NOON);

        assertThatThrownBy(() -> tracking.applied(
                        stored,
                        object(ASSIGNMENT.formatted(TOLD.replace("web-1", "web-2") + HOLD.formatted("new"))),
                        "me",
                        Force.REFUSED))
                .hasMessage("""
                Apply failed with 2 conflicts: conflicts with "before-first-apply" using underway.dev/v1alpha1:
                - .spec.hold.reason
                conflicts with "underway-server" using underway.dev/v1alpha1:
                - .spec.revision""");
    }

    @Test
    void aHoldThatIsNoLongerSaidGoesWithItsSignature() throws Exception {
        var held = object(ASSIGNMENT.formatted(HOLD.formatted("why").substring(1)));
        var stored = object(ASSIGNMENT.formatted(TOLD));
        var tracking = at(Kind.ASSIGNMENT, NOON);
        var applied = tracking.applied(stored, held, "me", Force.REFUSED);
        var next = applied.object();
        next.withObject("/spec/hold").put("by", "ada");
        applied.managed().writeInto(next, Kind.ASSIGNMENT, stored);

        var again = tracking.applied(next, held, "me", Force.REFUSED);
        var silent = object("""
                {"apiVersion": "underway.dev/v1alpha1", "kind": "Assignment", "metadata": {"name": "web.h1"}}\
                """);
        var gone = tracking.applied(next, silent, "me", Force.REFUSED);

        assertThat(again.object()).isEqualTo(ManagedFields.without(next));
        assertThat(gone.object().path("spec")).isEqualTo(object("{" + TOLD + "}"));
    }

    @Test
    void theSameApplyLaterKeepsItsTime() throws Exception {
        var patch = unitSet("");
        var first = patch.deepCopy();
        at(Kind.UNIT_SET, NOON)
                .applied(NOTHING, patch, "me", Force.REFUSED)
                .managed()
                .writeInto(first, Kind.UNIT_SET, NOTHING);

        var again = at(Kind.UNIT_SET, NOON.plusSeconds(60)).applied(first, patch, "me", Force.REFUSED);
        var next = again.object();
        again.managed().writeInto(next, Kind.UNIT_SET, first);

        assertThat(next).isEqualTo(first);
        assertThat(first.at("/metadata/managedFields/0/time").asText()).isEqualTo("2026-01-31T12:00:00Z");
    }

    @Test
    void kubectlTakesOverWhatItAppliedOnTheClientsSide() throws Exception {
        var said = unitSet("\"paused\": true").toString();
        var stored = unitSet("\"paused\": true, \"drift\": \"Heal\"");
        stored.withObject("/metadata/annotations").put("kubectl.kubernetes.io/last-applied-configuration", said);
        var csa = at(Kind.UNIT_SET, NOON).updated(NOTHING, stored, "kubectl-client-side-apply");
        csa.writeInto(stored, Kind.UNIT_SET, NOTHING);
        var tracking = at(Kind.UNIT_SET, NOON);

        var changed = tracking.applied(stored, unitSet("\"paused\": false"), "kubectl", Force.REFUSED);

        assertThat(changed.object().at("/spec/paused").asBoolean()).isFalse();
        assertThat(changed.object().at("/metadata/annotations").toString()).contains("\\\"paused\\\":false");
        assertThatThrownBy(() -> tracking.applied(stored, unitSet("\"drift\": \"Report\""), "kubectl", Force.REFUSED))
                .hasMessage("Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using"
                        + " underway.dev/v1alpha1: .spec.drift");
        assertThatThrownBy(() -> tracking.applied(stored, unitSet("\"paused\": false"), "other", Force.REFUSED))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void elevenEditorsBecomeTenAndTheOldestOne() throws Exception {
        var object = unitSet("");
        var tracking = at(Kind.UNIT_SET, NOON);
        tracking.updated(NOTHING, object, "m0").writeInto(object, Kind.UNIT_SET, NOTHING);
        for (int i = 1; i <= 12; i++) {
            ObjectNode next = object.deepCopy();
            next.withObject("/metadata/labels").put("l" + i, "x");
            at(Kind.UNIT_SET, NOON.plusSeconds(i))
                    .updated(object, next, "m" + i)
                    .writeInto(next, Kind.UNIT_SET, object);
            object = next;
        }

        var owners = ManagedFields.of(Kind.UNIT_SET, object).owners();

        assertThat(owners).hasSize(10);
        assertThat(owners.get(FieldOwner.updating("ancient-changes", Part.MAIN)).paths())
                .contains(".metadata.labels.l1", ".metadata.labels.l3", ".spec.selector")
                .doesNotContain(".metadata.labels.l4");
    }

    @Test
    void readsWhatOthersWriteAndDropsOtherVersions() throws Exception {
        var object = object("""
                {"metadata": {"managedFields": [
                  {"manager": "a", "operation": "Apply", "apiVersion": "underway.dev/v1alpha1", "fieldsType": "FieldsV1",
                   "fieldsV1": {"f:spec": {"f:units": {".": {}, "k:{\\"name\\":\\"x\\"}": {".": {}, "f:name": {}}, "i:3": {}}},
                                "z:later": {}, "f:metadata": {"f:finalizers": {"v:\\"f\\"": {}}}}},
                  {"manager": "b", "operation": "Update", "apiVersion": "underway.dev/v0", "fieldsV1": {"f:spec": {}}}]}}\
                """);

        assertThat(ManagedFields.of(Kind.UNIT_SET, object).owners())
                .isEqualTo(Map.of(new FieldOwner("a", Operation.Apply, Part.MAIN), FieldSet.fromJson(object("""
                                {"f:metadata": {"f:finalizers": {"v:\\"f\\"": {}}}, "f:spec": {"f:units": {".": {},
                                 "i:3": {}, "k:{\\"name\\":\\"x\\"}": {".": {}, "f:name": {}}}}}\
                                """))));
    }

    @Test
    void aListOfOwnersThatCannotBeReadChangesNoOwner() throws Exception {
        var stored = unitSet("");
        at(Kind.UNIT_SET, NOON).updated(NOTHING, stored, "me").writeInto(stored, Kind.UNIT_SET, NOTHING);
        for (var list : new String[] {
            "[{\"operation\": \"Steal\", \"apiVersion\": \"underway.dev/v1alpha1\", \"fieldsV1\": {\"f:spec\": {}}}]",
            "[{\"operation\": \"Apply\", \"apiVersion\": \"underway.dev/v1alpha1\", \"fieldsV1\": {\"spec\": {}}}]",
            "[{\"operation\": \"Apply\", \"apiVersion\": \"underway.dev/v1alpha1\", \"fieldsV1\": {\"k:3\": {}}}]",
            "[{\"operation\": \"Apply\", \"apiVersion\": \"underway.dev/v1alpha1\", \"fieldsV1\": {\"v:\": {}}}]",
            "[{\"operation\": \"Apply\", \"apiVersion\": \"underway.dev/v1alpha1\", \"fieldsV1\": {\"i:x\": {}}}]",
            "[7]",
            "\"x\""
        }) {
            ObjectNode next = stored.deepCopy();
            next.withObject("/metadata").set("managedFields", Codec.JSON.readTree(list));

            at(Kind.UNIT_SET, NOON).updated(stored, next, "you").writeInto(next, Kind.UNIT_SET, stored);

            assertThat(next).as(list).isEqualTo(stored);
        }
    }

    private static FieldTracking at(Kind kind, Instant now) {
        return new FieldTracking(kind, Part.MAIN, now);
    }

    private static ObjectNode unitSet(String spec) throws JsonProcessingException {
        return object("""
                {"apiVersion": "underway.dev/v1alpha1", "kind": "UnitSet", "metadata": {"name": "web"},
                 "spec": {"selector": {}%s}}\
                """.formatted(spec.isEmpty() ? "" : ", " + spec));
    }

    private static ObjectNode object(String json) throws JsonProcessingException {
        return (ObjectNode) Codec.JSON.readTree(json);
    }
}
