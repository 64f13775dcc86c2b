package dev.underway.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.Unit;
import dev.underway.model.schema.Schema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class UnitSetSpecPropertiesTest {

    @Property
    void isReadBackAsItWasWritten(@ForAll("specs") UnitSetSpec spec) {
        var set = new UnitSet(Metadata.named("shop", "web"), spec, null);

        assertThat(Codec.read(Codec.bytes(set), UnitSet.class)).isEqualTo(set);
    }

    @Property
    void isAcceptedByTheSchemaAsItWasWritten(@ForAll("specs") UnitSetSpec spec) {
        var tree = Codec.tree(new UnitSet(Metadata.named("shop", "web"), spec, null));
        tree.put("apiVersion", Kind.UNIT_SET.apiVersion()).put("kind", "UnitSet");

        assertThat(Schema.of(Kind.UNIT_SET).check(tree)).isEmpty();
        assertThat(Schema.of(Kind.UNIT_SET).unknownFields(tree)).isEmpty();
    }

    @Property
    void hasADigestThatDoesNotDependOnOrder(@ForAll("specs") UnitSetSpec spec, @ForAll long seed) {
        var random = new Random(seed);
        var shuffled = withLists(
                spec,
                shuffled(spec.artifacts(), random),
                shuffled(spec.files(), random),
                shuffled(spec.units(), random));

        assertThat(Contents.digest(Contents.of(shuffled))).isEqualTo(Contents.digest(Contents.of(spec)));
        assertThat(Contents.policy(shuffled)).isEqualTo(Contents.policy(withSorted(spec)));
    }

    @Property
    void hasADigestThatPolicyDoesNotChange(
            @ForAll("specs") UnitSetSpec spec, @ForAll("policies") Policy.UnitPolicy policy) {
        var changed = withLists(
                spec,
                spec.artifacts(),
                map(spec.files(), UnitSetSpecPropertiesTest::withoutAdopt),
                map(
                        spec.units(),
                        unit -> new Unit(
                                unit.name(),
                                unit.content(),
                                unit.dropIns(),
                                policy.update(),
                                policy.state(),
                                policy.reloadOn(),
                                policy.restartOn(),
                                null,
                                policy.adopt())));

        assertThat(Contents.of(changed)).isEqualTo(Contents.of(spec));
        assertThat(Contents.digest(Contents.of(changed))).isEqualTo(Contents.digest(Contents.of(spec)));
    }

    @Property
    void hasAContentThatIsReadBackWithItsDigest(@ForAll("specs") UnitSetSpec spec) {
        var content = Contents.of(spec);
        var read = Codec.read(Contents.canonical(content), Revision.Content.class);

        assertThat(Contents.canonical(read)).isEqualTo(Contents.canonical(content));
    }

    @Provide
    Arbitrary<UnitSetSpec> specs() {
        return UnitSetSpecs.any();
    }

    @Provide
    Arbitrary<Policy.UnitPolicy> policies() {
        return UnitSetSpecs.policy();
    }

    private static ManagedFile withoutAdopt(ManagedFile file) {
        return new ManagedFile(
                file.path(), file.mode(), file.owner(), file.group(), file.content(), file.contentBase64(), null);
    }

    private static UnitSetSpec withSorted(UnitSetSpec spec) {
        return withLists(spec, spec.artifacts(), spec.files(), spec.units());
    }

    private static UnitSetSpec withLists(
            UnitSetSpec spec,
            @Nullable List<UnitSetSpec.Artifact> artifacts,
            @Nullable List<ManagedFile> files,
            @Nullable List<Unit> units) {
        return new UnitSetSpec(
                spec.selector(),
                artifacts,
                files,
                units,
                spec.rollout(),
                spec.drift(),
                true,
                spec.pin(),
                spec.restartedAt(),
                spec.deletionPolicy(),
                spec.revisionHistoryLimit());
    }

    private static <T> @Nullable List<T> map(@Nullable List<T> list, java.util.function.UnaryOperator<T> change) {
        return list == null ? null : list.stream().map(change).toList();
    }

    private static <T> @Nullable List<T> shuffled(@Nullable List<T> list, Random random) {
        if (list == null) {
            return null;
        }
        var copy = new ArrayList<>(list);
        Collections.shuffle(copy, random);
        return copy;
    }
}
