package dev.underway.server.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.GitSource;
import dev.underway.model.IntOrPercent;
import dev.underway.model.Kind;
import dev.underway.model.Manifests;
import dev.underway.server.gitops.Inventory.Live;
import dev.underway.server.store.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a commit comes to, as a table of what is in it, what was, and who owns what.
class ProposalTest {
    private static final SourceId FLEET = new SourceId("shop", "fleet");
    private static final Proposal.Hosts ONE_HOST = (one, other) -> "h1";
    private static final Proposal.Hosts NO_HOST = (one, other) -> "";

    private final Map<Resource.Key, Live> world = new HashMap<>();
    private final Map<Resource.Key, ObjectNode> before = new HashMap<>();
    private final List<Manifest> manifests = new ArrayList<>();

    private static ObjectNode object(String text) {
        try {
            return Manifests.read(text).getFirst().body();
        } catch (Manifests.ManifestException e) {
            throw new AssertionError(e);
        }
    }

    private static ObjectNode set(String name, String unit, String word) {
        return object("""
            apiVersion: underway.dev/v1alpha1
            kind: UnitSet
            metadata: {name: %s, namespace: shop, labels: {word: %s}}
            spec: {selector: {}, units: [{name: %s, content: "[Service]"}]}
            """.formatted(name, word, unit));
    }

    private static Resource.Key key(String name) {
        return Resource.Key.of(Kind.UNIT_SET, "shop", name);
    }

    private void there(Resource.Key key, ObjectNode body, String owner) {
        ObjectNode live = body.deepCopy();
        if (!owner.isEmpty()) {
            live.withObject("/metadata/annotations")
                    .put(GitSource.OWNER, owner)
                    .put(GitSource.COMMIT, "c1")
                    .put(GitSource.AUTHOR, "Ann");
        }
        world.put(key, Inventory.live(key, live));
    }

    private void there(String name, String owner) {
        there(key(name), set(name, name + ".service", "x"), owner);
    }

    private void source(String namespace, String name) {
        var key = new SourceId(namespace, name).key();
        there(key, object("metadata: {}\nspec: {}\n"), "");
    }

    private void in(String name, String unit, String word) {
        manifests.add(new Manifest(key(name), set(name, unit, word), name + ".yaml", 1));
    }

    private Proposal propose(Proposal.Hosts hosts, Resource.Key... suspects) {
        return Proposal.of(
                FLEET, new CommitReader.Content(true, manifests, List.of()), before, world, Set.of(suspects), hosts);
    }

    private static List<String> changed(Proposal proposal) {
        return proposal.changed().stream()
                .map(change -> change.manifest().key().name())
                .toList();
    }

    @Test
    void whatIsAsItWasIsLeftAlone() {
        there("same", "shop/fleet");
        there("other", "shop/fleet");
        there("suspect", "shop/fleet");
        there("foreign", "");
        for (var name : List.of("same", "other", "suspect", "foreign", "new")) {
            in(name, name + ".service", "y");
            before.put(key(name), set(name, name + ".service", name.equals("other") ? "x" : "y"));
        }

        var proposal = propose(NO_HOST, key("suspect"));

        assertThat(changed(proposal)).containsExactly("foreign", "new", "other", "suspect");
        assertThat(proposal.unchanged()).isEqualTo(1);
        assertThat(proposal.changed())
                .filteredOn(Proposal.Change::untouched)
                .extracting(change ->
                        change.manifest().key().name() + " " + change.live().commit())
                .containsExactly("suspect c1");
    }

    @Test
    void onlyItsOwnIsRemoved() {
        source("shop", "fleet");
        there("mine", "shop/fleet");
        there("theirs", "shop/other");
        there("nobodys", "");

        assertThat(propose(NO_HOST).removed())
                .extracting(live -> live.key().name())
                .containsExactly("mine");
    }

    @Test
    void anOwnerThatIsGoneHasNoSay() {
        there("web", "shop/gone");
        in("web", "web.service", "x");
        assertThat(propose(NO_HOST).problems()).isEmpty();

        source("shop", "gone");

        assertThat(propose(NO_HOST).problems())
                .extracting(Problem::sentence)
                .singleElement()
                .asString()
                .startsWith("web.yaml:1: metadata.name: unitset/web belongs to the GitSource shop/gone;");
    }

    @Test
    void theSameTwiceIsAProblem() {
        in("web", "web.service", "x");
        manifests.add(new Manifest(key("web"), set("web", "web.service", "x"), "zzz.yaml", 7));

        assertThat(propose(NO_HOST).problems())
                .extracting(Problem::sentence)
                .containsExactly(
                        "zzz.yaml:7: metadata.name: unitset/web in shop is also in web.yaml:1; keep one of them");
    }

    @Test
    void twoThatWantTheSameOnOneHostAreAProblem() {
        in("one", "web.service", "x");
        in("two", "web.service", "x");
        assertThat(propose(NO_HOST).problems()).isEmpty();

        var problems = propose(ONE_HOST).problems();

        assertThat(problems)
                .singleElement()
                .extracting(Problem::sentence)
                .asString()
                .matches(
                        "(one|two).yaml:1: spec: the unit web.service is also in unitset/(one|two) \\((one|two).yaml\\), and both"
                                + " pick the host h1; only one of them may have it there");
    }

    @Test
    void alsoWithOneThatIsThereAlready() {
        there("old", "");
        in("new", "old.service", "x");

        assertThat(propose(ONE_HOST).problems())
                .extracting(Problem::sentence)
                .singleElement()
                .asString()
                .startsWith("new.yaml:1: spec: the unit old.service is also in unitset/old, and both pick the host h1");
    }

    @Test
    void whatItRemovesOrDoesNotChangeIsNoConflict() {
        there("going", "shop/fleet");
        in("new", "going.service", "x");
        assertThat(propose(ONE_HOST).problems()).isEmpty();

        there("one", "shop/fleet");
        there("two", "shop/fleet");
        in("one", "web.service", "x");
        in("two", "web.service", "x");
        before.put(key("one"), set("one", "web.service", "x"));
        before.put(key("two"), set("two", "web.service", "x"));
        assertThat(propose(ONE_HOST).problems()).isEmpty();

        before.put(key("one"), set("one", "one.service", "x"));
        assertThat(propose(ONE_HOST).problems())
                .extracting(Problem::sentence)
                .singleElement()
                .asString()
                .startsWith("one.yaml:1: spec: the unit web.service is also in unitset/two (two.yaml)");
    }

    @Test
    void aNamespaceWithSomethingOfOthersInItStays() {
        var namespace = Resource.Key.of(Kind.NAMESPACE, "", "shop");
        there(namespace, object("metadata: {}\n"), "shop/fleet");
        there("mine", "shop/fleet");
        assertThat(propose(NO_HOST).removed())
                .extracting(live -> live.key().kind().name())
                .containsExactly("UnitSet", "Namespace");

        there("theirs", "");

        var proposal = propose(NO_HOST);
        assertThat(proposal.removed()).extracting(Live::key).containsExactly(key("mine"));
        assertThat(proposal.kept())
                .containsExactly("namespace/shop stays, because unitset/theirs is in it and not of this repository");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # owned | removed | most | too much
            10      | 5       | 50%  | false
            10      | 6       | 50%  | true
            3       | 1       | 50%  | false
            3       | 2       | 50%  | true
            1       | 1       | 50%  | true
            1       | 1       | 100% | true
            4       | 0       | 0%   | false
            4       | 1       | 0%   | true
            100     | 3       | 3    | false
            100     | 4       | 3    | true
            """)
    void moreThanTheShareNeedsAWord(int owned, int removed, String most, boolean tooMuch) {
        for (int i = 0; i < owned; i++) {
            there("s" + i, "shop/fleet");
            if (i >= removed) {
                in("s" + i, "s" + i + ".service", "x");
            }
        }
        var share = IntOrPercent.of(most.endsWith("%") ? most : (Object) Integer.valueOf(most));

        assertThat(propose(NO_HOST).removesTooMuch(share)).isEqualTo(tooMuch);
    }

    @Test
    void whatTakesThePlaceOfAllIsMeantWhenAllMayGo() {
        there("old", "shop/fleet");
        in("renamed", "web.service", "x");

        assertThat(propose(NO_HOST).removesTooMuch(IntOrPercent.of("100%"))).isFalse();
        assertThat(propose(NO_HOST).removesTooMuch(IntOrPercent.of("50%"))).isTrue();
    }
}
