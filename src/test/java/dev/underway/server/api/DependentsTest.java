package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.server.store.Resource;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What follows from ownerReferences. `a -> b` reads: a belongs to b.
class DependentsTest {
    private final Dependents dependents = new Dependents();

    @Test
    void aDependentStaysWhileAnOwnerDoes() {
        given(set("owner"), set("web", "owner"));

        assertThat(tasks()).isEmpty();
    }

    @Test
    void aDependentOfNobodyIsDeleted() {
        given(set("web", "gone"), set("db", "gone", "gone2"));

        assertThat(tasks()).containsExactlyInAnyOrder("delete web UNSAID", "delete db UNSAID");
    }

    @Test
    void anOwnerOfTheSameNameAndAnotherUidIsNoOwner() {
        var owner = set("owner");
        owner.body().withObject("/metadata").put("uid", "another");
        given(owner, set("web", "owner"));

        assertThat(tasks()).containsExactly("delete web UNSAID");
    }

    @Test
    void ofSeveralOwnersTheLostAreForgotten() {
        given(set("owner"), set("web", "owner", "gone"));

        assertThat(tasks()).containsExactly("leave web [uid of gone]");
    }

    @Test
    void aForegroundDeletionDeletesTheDependentsFirst() {
        given(going(set("owner"), "foregroundDeletion"), set("web", "owner"));

        assertThat(tasks()).containsExactly("delete web FOREGROUND");

        dependents.remove(set("web").key());

        assertThat(tasks()).containsExactly("let owner go FOREGROUND");
    }

    @Test
    void aForegroundDeletionWaitsOnlyForThoseThatBlockIt() {
        var web = set("web", "owner");
        ((ObjectNode) web.body().at("/metadata/ownerReferences/0")).put("blockOwnerDeletion", false);
        given(going(set("owner"), "foregroundDeletion"), web);

        assertThat(tasks()).containsExactlyInAnyOrder("delete web FOREGROUND", "let owner go FOREGROUND");
    }

    @Test
    void anOrphaningDeletionLeavesTheDependents() {
        given(going(set("owner"), "orphan"), set("web", "owner"));

        assertThat(tasks()).containsExactly("leave web [uid of owner]");

        dependents.put(set("web"));

        assertThat(tasks()).containsExactly("let owner go ORPHAN");
    }

    @Test
    void aDependentThatIsAlreadyGoingIsWaitedFor() {
        given(going(set("owner"), "foregroundDeletion"), going(set("web", "owner"), "example.com/slow"));

        assertThat(tasks()).isEmpty();
    }

    @Test
    void anOwnerThatNobodyCanLookForCounts() {
        var ofPod = set("web", "pod");
        ((ObjectNode) ofPod.body().at("/metadata/ownerReferences/0")).put("kind", "Pod");
        var host = owned(new Resource(Resource.Key.of(Kind.HOST, null, "h"), 1, body("h")), "gone");
        given(ofPod, host);

        assertThat(tasks()).isEmpty();
    }

    @Test
    void whatTheServerMakesOfUnitSetsIsTheRolloutsBusiness() {
        var revision = owned(new Resource(Resource.Key.of(Kind.REVISION, "shop", "web-1"), 1, body("web-1")), "gone");
        given(revision, going(set("gone2"), "foregroundDeletion"));

        assertThat(tasks()).containsExactly("let gone2 go FOREGROUND");
    }

    @Test
    void aKindThatIsReadAnewForgetsWhatIsNoLongerThere() {
        given(set("owner"), set("web", "owner"));

        dependents.everything(Kind.UNIT_SET, List.of(set("web", "owner")));

        assertThat(tasks()).containsExactly("delete web UNSAID");
    }

    private void given(Resource... resources) {
        List.of(resources).forEach(dependents::put);
    }

    private List<String> tasks() {
        return dependents.tasks().stream()
                .map(task -> switch (task) {
                    case Dependents.Task.Delete(var dependent, var how) ->
                        "delete " + dependent.key().name() + " " + how;
                    case Dependents.Task.Leave(var dependent, var uids) ->
                        "leave " + dependent.key().name() + " " + uids;
                    case Dependents.Task.LetGo(var owner, var done) ->
                        "let " + owner.key().name() + " go " + done;
                })
                .toList();
    }

    private static Resource set(String name, String... owners) {
        return owned(new Resource(Resource.Key.of(Kind.UNIT_SET, "shop", name), 1, body(name)), owners);
    }

    private static ObjectNode body(String name) {
        ObjectNode body = Codec.JSON.createObjectNode();
        body.putObject("metadata").put("uid", "uid of " + name);
        return body;
    }

    private static Resource owned(Resource resource, String... owners) {
        for (var owner : owners) {
            resource.body()
                    .withObject("/metadata")
                    .withArray("ownerReferences")
                    .addObject()
                    .put("apiVersion", Kind.UNIT_SET.apiVersion())
                    .put("kind", Kind.UNIT_SET.name())
                    .put("name", owner)
                    .put("uid", "uid of " + owner)
                    .put("blockOwnerDeletion", true);
        }
        return resource;
    }

    private static Resource going(Resource resource, String finalizer) {
        var metadata = resource.body().withObject("/metadata");
        metadata.put("deletionTimestamp", "2026-01-01T00:00:00Z");
        metadata.withArray("finalizers").add(finalizer);
        return resource;
    }
}
