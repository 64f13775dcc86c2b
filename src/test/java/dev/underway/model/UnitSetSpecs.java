package dev.underway.model;

import dev.underway.model.UnitSetSpec.Artifact;
import dev.underway.model.UnitSetSpec.DeletionPolicy;
import dev.underway.model.UnitSetSpec.DriftPolicy;
import dev.underway.model.UnitSetSpec.ExecProbe;
import dev.underway.model.UnitSetSpec.HttpProbe;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.Rollout;
import dev.underway.model.UnitSetSpec.TcpProbe;
import dev.underway.model.UnitSetSpec.Unit;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.model.UnitSetSpec.Wave;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Builders;
import net.jqwik.api.Combinators;

/// Any spec that a schema accepts, with every field absent or set.
final class UnitSetSpecs {
    private UnitSetSpecs() {}

    static Arbitrary<UnitSetSpec> any() {
        return Combinators.combine(
                        selector(),
                        artifact()
                                .list()
                                .uniqueElements(Artifact::name)
                                .ofMaxSize(3)
                                .injectNull(0.3),
                        file().list()
                                .uniqueElements(ManagedFile::path)
                                .ofMaxSize(4)
                                .injectNull(0.3),
                        unit().list().uniqueElements(Unit::name).ofMaxSize(4).injectNull(0.3),
                        rollout().injectNull(0.5),
                        Arbitraries.of(DriftPolicy.class).injectNull(0.5),
                        Arbitraries.of(DeletionPolicy.class).injectNull(0.5),
                        Arbitraries.longs()
                                .between(0, 4_000_000_000L)
                                .map(Instant::ofEpochSecond)
                                .injectNull(0.5))
                .as((selector, artifacts, files, units, rollout, drift, deletion, restartedAt) -> new UnitSetSpec(
                        selector, artifacts, files, units, rollout, drift, null, null, restartedAt, deletion, 7));
    }

    private static Arbitrary<String> word() {
        return Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(6);
    }

    private static Arbitrary<String> text() {
        return Arbitraries.strings().withChars("ab\n\"\\ü=[] ").ofMaxLength(12);
    }

    private static Arbitrary<Duration> duration() {
        return Arbitraries.longs().between(0, 100_000_000).map(Duration::ofMillis);
    }

    private static Arbitrary<LabelSelector> selector() {
        return Arbitraries.maps(word(), word())
                .ofMaxSize(2)
                .injectNull(0.2)
                .map(labels -> new LabelSelector(
                        labels,
                        labels == null
                                ? List.of(new LabelSelector.Requirement("a", LabelSelector.Operator.Exists, null))
                                : null));
    }

    private static Arbitrary<Artifact> artifact() {
        return Combinators.combine(word(), word())
                .as((name, file) -> new Artifact(name, "https://h/" + file, Digests.sha256(file), "/opt/" + name));
    }

    private static Arbitrary<ManagedFile> file() {
        return Combinators.combine(
                        word(),
                        Arbitraries.of("0644", "644", "0600", "755").injectNull(0.5),
                        Arbitraries.of("root", "web").injectNull(0.5),
                        text().injectNull(0.2),
                        Arbitraries.of(true, false).injectNull(0.5))
                .as((name, mode, owner, content, adopt) -> new ManagedFile(
                        "/etc/" + name, mode, owner, owner, content, content == null ? "AAE=" : null, adopt));
    }

    private static Arbitrary<Unit> unit() {
        return Builders.withBuilder(() -> new Unit("a.service", null, null, null, null, null, null, null, null))
                .use(word())
                .in((u, x) -> unit(u, x + ".service", u.content(), u.dropIns(), u.readiness()))
                .use(text().injectNull(0.3))
                .in((u, x) -> unit(u, u.name(), x, u.dropIns(), u.readiness()))
                .use(Arbitraries.maps(word().map(w -> w + ".conf"), text())
                        .ofMaxSize(3)
                        .injectNull(0.4))
                .in((u, x) -> unit(u, u.name(), u.content(), x, u.readiness()))
                .use(readiness().injectNull(0.5))
                .in((u, x) -> unit(u, u.name(), u.content(), u.dropIns(), x))
                .use(policy())
                .in(UnitSetSpecs::withPolicy)
                .build();
    }

    private static Unit unit(Unit u, String name, String content, Map<String, String> dropIns, Readiness readiness) {
        return new Unit(
                name, content, dropIns, u.update(), u.state(), u.reloadOn(), u.restartOn(), readiness, u.adopt());
    }

    private static Unit withPolicy(Unit u, Policy.UnitPolicy policy) {
        return new Unit(
                u.name(),
                u.content(),
                u.dropIns(),
                policy.update(),
                policy.state(),
                policy.reloadOn(),
                policy.restartOn(),
                u.readiness(),
                policy.adopt());
    }

    static Arbitrary<Policy.UnitPolicy> policy() {
        var globs = word().map(w -> "/etc/" + w + "/*").list().ofMaxSize(2).injectNull(0.5);
        return Combinators.combine(
                        Arbitraries.of(UpdateMode.class).injectNull(0.5),
                        Arbitraries.of(UnitState.class).injectNull(0.5),
                        globs,
                        globs,
                        Arbitraries.of(true, false).injectNull(0.5))
                .as((update, state, reloadOn, restartOn, adopt) ->
                        new Policy.UnitPolicy("-", update, state, reloadOn, restartOn, null, adopt));
    }

    private static Arbitrary<Readiness> readiness() {
        var port = Arbitraries.integers().between(1, 65535);
        return Combinators.combine(
                        port.map(p -> new HttpProbe(p, "/x")).injectNull(0.5),
                        port.map(TcpProbe::new).injectNull(0.5),
                        word().list()
                                .ofMinSize(1)
                                .ofMaxSize(4)
                                .map(ExecProbe::new)
                                .injectNull(0.5),
                        duration().injectNull(0.5),
                        duration().injectNull(0.5))
                .as(Readiness::new);
    }

    private static Arbitrary<Rollout> rollout() {
        var share = Arbitraries.oneOf(
                Arbitraries.integers().between(0, 100).map(p -> new IntOrPercent(p, true)),
                Arbitraries.integers().between(0, 1000).map(n -> new IntOrPercent(n, false)));
        var wave = Combinators.combine(word(), selector(), duration().injectNull(0.5))
                .as((name, selector, bake) -> new Wave(name, selector, 1, 0, bake, UnitSetSpec.Promote.Manual));
        return Combinators.combine(
                        share.injectNull(0.5),
                        wave.list().ofMaxSize(3).injectNull(0.5),
                        duration().injectNull(0.5),
                        Arbitraries.of(UnitSetSpec.OnFailure.class).injectNull(0.5))
                .as((budget, waves, deadline, onFailure) ->
                        new Rollout(budget, waves, deadline, deadline, 3, onFailure));
    }
}
