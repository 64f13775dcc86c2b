package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.agent.Effects.Killed;
import dev.underway.agent.SwapHost.App;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// One kind of change of a booted host, cut between any two of its effects: the agent is killed there, or the host
/// loses power.
///
/// The change is made once, and its effects are written down. Then it is made anew for every cut, to a service of its
/// own. With `-Dunderway.cuts=all` at every effect; else before and after all that is asked of systemd, at what of the
/// unit's name, of its published files and of the journal becomes visible in between, and at some places of the
/// rest. Not after the last call: what the agent then writes down depends on when an old process ended.
final class Cuts {
    private static final boolean ALL = "all".equals(System.getProperty("underway.cuts"));
    private static final int OF_THE_REST = 40;

    private final SwapHost on;
    private final IntFunction<Change> changes;
    private final List<String> effects;
    private int made;

    /// A change of one service and what belongs to it.
    abstract static class Change {
        final App app;

        Change(App app) {
            this.app = app;
        }

        /// Says what the host shall be at first.
        abstract void before() throws Exception;

        /// Says what it shall become.
        abstract void desire() throws Exception;

        /// Whether it has become that.
        abstract void isDone() throws Exception;

        /// Whether a boot brought up what it should.
        ///
        /// @param committed whether the unit's name had got its last meaning
        abstract void isBooted(boolean committed);

        /// Whether clients must not notice.
        boolean isSilent() {
            return false;
        }
    }

    /// `changes` makes the change with a number, to a service that no other number has.
    Cuts(SwapHost on, IntFunction<Change> changes) throws Exception {
        this.on = on;
        this.changes = changes;
        var change = begun();
        change.desire();
        on.agent.effects.fromNow();
        on.settle(change.app);
        this.effects = named(change.app, on.agent.effects.all);
        change.isDone();
        end(change);
    }

    /// All of both, or of a long change every third when not all are asked for.
    Stream<DynamicTest> some() {
        var all = Stream.concat(kills(), powerLosses()).toList();
        return IntStream.range(0, all.size()).filter(i -> ALL || i % 3 == 0).mapToObj(all::get);
    }

    Stream<DynamicTest> kills() {
        return killPlaces().stream()
                .map(place -> DynamicTest.dynamicTest("killed at " + place + ", " + name(place), () -> killed(place)));
    }

    Stream<DynamicTest> powerLosses() {
        return powerPlaces().stream()
                .map(place -> DynamicTest.dynamicTest("off at " + place + ", " + name(place), () -> off(place)));
    }

    private void killed(int place) throws Exception {
        var change = begun();
        SwapHost.Deed deed = () -> {
            change.desire();
            cut(change.app, place);
            on.restartAgent();
            on.settle(change.app);
        };
        try {
            if (change.isSilent()) {
                var counted = on.underLoad(change.app, deed);
                assertThat(counted.failed()).as("%s", counted).isZero();
            } else {
                deed.run();
            }
            change.isDone();
        } finally {
            end(change);
        }
    }

    private void off(int place) throws Exception {
        var change = begun();
        try {
            change.desire();
            cut(change.app, place);

            on.powerLoss();

            change.isBooted(place > commit());
            change.desire();
            on.settle(change.app);
            change.isDone();
        } finally {
            end(change);
        }
    }

    private Change begun() throws Exception {
        var change = changes.apply(made++);
        change.before();
        on.settle(change.app);
        return change;
    }

    /// The host is small again afterwards, and quick to boot.
    private void end(Change change) throws Exception {
        on.agent.effects.fromNow();
        on.agent.remove(change.app.name, false);
        on.settle(change.app);
    }

    private void cut(App app, int place) throws Exception {
        if (place < effects.size()) {
            on.agent.effects.killBefore(place);
        } else {
            on.agent.effects.killAfter(place - 1);
        }
        assertThatThrownBy(() -> on.settle(app)).isInstanceOf(Killed.class);
        assertThat(named(app, List.of(on.agent.effects.prevented)))
                .as("what was cut")
                .containsExactly(place < effects.size() ? effects.get(place) : "");
    }

    private String name(int place) {
        return place < effects.size() ? "before " + effects.get(place) : "after all";
    }

    /// The effect that gives the unit's name its last meaning; -1 when none does.
    private int commit() {
        return effects.lastIndexOf("Rename /etc/systemd/system/NAME.service");
    }

    private List<Integer> killPlaces() {
        var calls = calls();
        return places(i -> calls.contains(i)
                || calls.contains(i - 1)
                || isCommit(i - 1)
                || (i > calls.getFirst() && i < calls.getLast() && isVisible(effects.get(i)))
                || (i < calls.getLast() && i % OF_THE_REST == OF_THE_REST - 1));
    }

    private List<Integer> powerPlaces() {
        var calls = calls();
        return places(i -> calls.contains(i) || isCommit(i - 1));
    }

    private List<Integer> calls() {
        return IntStream.range(0, effects.size())
                .filter(i -> isOfSystemd(effects.get(i)))
                .boxed()
                .toList();
    }

    private List<Integer> places(IntPredicate chosen) {
        return IntStream.rangeClosed(0, effects.size())
                .filter(i -> ALL || chosen.test(i))
                .boxed()
                .toList();
    }

    private boolean isCommit(int place) {
        return place >= 0 && place == commit();
    }

    private static boolean isOfSystemd(String effect) {
        return Character.isLowerCase(effect.charAt(0));
    }

    private static boolean isVisible(String effect) {
        return (effect.startsWith("Rename") || effect.startsWith("Remove")) && !effect.contains("NAME-");
    }

    /// The same for every service.
    private static List<String> named(App app, List<String> effects) {
        return effects.stream()
                .map(effect -> effect.replace(app.name, "NAME")
                        .replaceAll("-[0-9a-f]{10}(-p\\d+)?(-\\d+)?\\.service", "-*.service")
                        .replaceAll("[0-9a-f]{64}", "*"))
                .toList();
    }
}
