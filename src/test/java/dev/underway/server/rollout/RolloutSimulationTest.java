package dev.underway.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Assignment;
import dev.underway.model.Condition;
import dev.underway.model.IntOrPercent;
import dev.underway.model.LabelSelector;
import dev.underway.model.RolloutStatus.Phase;
import dev.underway.model.UnitSetRollout.State;
import dev.underway.model.UnitSetSpec.OnFailure;
import dev.underway.model.UnitSetSpec.Promote;
import dev.underway.model.UnitSetSpec.Rollout;
import dev.underway.model.UnitSetSpec.Wave;
import dev.underway.server.store.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Fleets in which hosts fail, flap, are slow and vanish, people change their minds, and the server starts anew, by
/// seed. After every look of the planner these hold:
///
/// * **budget**: a host that works is told something new only while fewer than the budget are unavailable;
/// * **memory**: no host is told a revision that failed before, unless somebody said retry;
/// * **forward**: the generation of an Assignment never goes back, and what a host was told last is what it is told;
/// * **reasons**: every host that does not have what is wanted has a reason and a sentence;
/// * **end**: when hosts and people leave it alone, the rollout ends or says which person or host it waits for, also
///   while a host that has it is ill and well in turns, each time too shortly to be blamed.
///
/// `-Dunderway.seed=N` plays one seed, `-Dunderway.seeds=N` so many.
class RolloutSimulationTest {
    private static final int SEEDS = Integer.getInteger("underway.seeds", 300);
    private static final int BUNDLE = 10;
    private static final int MOST_LOOKS = 2_000;

    static LongStream bundles() {
        var one = Long.getLong("underway.seed");
        return one == null
                ? IntStream.range(0, (SEEDS + BUNDLE - 1) / BUNDLE).mapToLong(i -> (long) i * BUNDLE)
                : LongStream.of(one);
    }

    @ParameterizedTest(name = "seeds from {0}")
    @MethodSource("bundles")
    void keepsItsPromises(long first) {
        long seeds = Long.getLong("underway.seed") == null ? BUNDLE : 1;
        for (long seed = first; seed < first + seeds; seed++) {
            try {
                new Run(seed).play();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("-Dunderway.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /// What becomes of a host that is told something.
    private enum Fate {
        WORKS,
        CRASHES,
        SLOW,
        FLAPS,
        DIES
    }

    /// One host's work on what it was told.
    private record Work(long generation, Instant done, Fate fate) {}

    private static final class Run {
        private final Random random;
        private final SimulatedFleet fleet = new SimulatedFleet();
        private final List<String> hosts = new ArrayList<>();
        private final Set<String> off = new HashSet<>();
        private final Map<String, Work> work = new HashMap<>();
        private final Map<String, Long> generations = new HashMap<>();
        private final Set<String> bad = new HashSet<>();
        private final Set<String> condemned = new HashSet<>();
        private final Rollout rules;
        private int version = 1;
        private boolean calm;
        /// Who flaps to the end; empty for nobody.
        private String restless = "";

        Run(long seed) {
            this.random = new Random(seed);
            // Most fleets are small, because that is where the corners are; every hundredth has thousands of hosts.
            int count = seed % 100 == 99 ? 1_000 + random.nextInt(2_000) : 1 + random.nextInt(40);
            for (int i = 0; i < count; i++) {
                var name = "h%04d".formatted(i);
                hosts.add(name);
                fleet.hosts(name + "(zone=" + "abc".charAt(random.nextInt(3)) + " canary=" + (random.nextInt(8) == 0)
                        + ")");
            }
            this.rules = rules();
        }

        private Rollout rules() {
            var waves = new ArrayList<Wave>();
            if (random.nextBoolean()) {
                waves.add(new Wave(
                        "canary",
                        new LabelSelector(Map.of("canary", "true"), null),
                        random.nextBoolean() ? 1 : null,
                        random.nextBoolean() ? 0 : null,
                        random.nextBoolean() ? Duration.ofMinutes(random.nextInt(5)) : null,
                        null));
            }
            if (random.nextBoolean()) {
                waves.add(new Wave(
                        "zone-a",
                        new LabelSelector(Map.of("zone", "a"), null),
                        null,
                        0,
                        null,
                        random.nextInt(4) == 0 ? Promote.Manual : null));
            }
            return new Rollout(
                    random.nextBoolean()
                            ? new IntOrPercent(1 + random.nextInt(5), false)
                            : new IntOrPercent(5 + random.nextInt(60), true),
                    waves.isEmpty() ? null : waves,
                    Duration.ofMinutes(1 + random.nextInt(3)),
                    Duration.ofMinutes(4 + random.nextInt(6)),
                    random.nextBoolean() ? null : random.nextInt(3),
                    random.nextBoolean() ? null : OnFailure.Pause);
        }

        void play() {
            fleet.push("v1", rules);
            int events = hosts.size() > 100 ? 12 : 40;
            for (int i = 0; i < events; i++) {
                event();
                look();
                for (int looks = random.nextInt(8); looks > 0; looks--) {
                    pass();
                    look();
                }
            }
            calmDown();
        }

        private void event() {
            var host = hosts.get(random.nextInt(hosts.size()));
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> push();
                case 3, 4 -> {
                    if (off.add(host)) {
                        fleet.offlineSince(fleet.now().minusSeconds(random.nextInt(120)), host);
                    }
                }
                case 5, 6 -> {
                    if (off.remove(host)) {
                        fleet.online(host);
                    }
                }
                case 7 -> fleet.spec(host, "cordoned", random.nextBoolean());
                case 8 ->
                    fleet.spec(
                            host,
                            "hold",
                            Map.of(
                                    "reason",
                                    "test",
                                    "until",
                                    fleet.now().plusSeconds(random.nextInt(300)).toString()));
                case 9 -> fleet.set("paused", random.nextInt(3) == 0);
                case 10 -> fleet.promote(random.nextBoolean() ? null : RolloutWords.ALL_WAVES);
                case 11 -> {
                    if (random.nextInt(3) == 0) {
                        fleet.retry();
                        condemned.clear();
                    }
                }
                case 12 -> fleet.restartServer();
                case 13 -> fleet.set("restartedAt", fleet.now().toString());
                case 14 -> fleet.label(host, "role", random.nextInt(3) == 0 ? "db" : "web");
                default -> ill(host);
            }
        }

        private void push() {
            version = 1 + random.nextInt(5);
            if (random.nextInt(3) == 0) {
                bad.add(Story.revisionName("v" + version));
            }
            fleet.push("v" + version);
        }

        private void ill(String host) {
            var assignment = fleet.of(host);
            if (assignment != null
                    && !off.contains(host)
                    && assignment.metadata().deletionTimestamp() == null) {
                fleet.ill(host);
            }
        }

        /// Time passes, and hosts do what they were told.
        private void pass() {
            fleet.elapse(Duration.ofSeconds(1 + random.nextInt(restless.isEmpty() ? 40 : 9)));
            for (var assignment : fleet.assignments().toList()) {
                act(assignment);
            }
        }

        private void act(Assignment assignment) {
            var host = assignment.spec().host();
            if (off.contains(host)) {
                return;
            }
            if (assignment.metadata().deletionTimestamp() != null) {
                fleet.cleaned(host);
                return;
            }
            long generation = assignment.metadata().generation();
            var doing = work.get(host);
            if (doing == null || doing.generation() != generation) {
                var fate = fate(assignment);
                long seconds = fate == Fate.SLOW ? 30 + random.nextInt(1000) : random.nextInt(20);
                doing = new Work(generation, fleet.now().plusSeconds(seconds), fate);
                work.put(host, doing);
                fleet.acts(host);
            }
            if (doing.done().isAfter(fleet.now())) {
                return;
            }
            switch (doing.fate()) {
                case WORKS, SLOW -> fleet.healthy(host);
                case CRASHES -> fleet.crashes(host);
                case FLAPS -> {
                    if (host.equals(restless) ? works(assignment) : random.nextBoolean()) {
                        fleet.ill(host);
                    } else {
                        fleet.healthy(host);
                    }
                }
                case DIES -> {
                    off.add(host);
                    fleet.offline(host);
                }
            }
        }

        private Fate fate(Assignment assignment) {
            if (bad.contains(assignment.spec().revision())) {
                return random.nextInt(4) == 0 ? Fate.WORKS : Fate.CRASHES;
            }
            if (calm) {
                return assignment.spec().host().equals(restless) ? Fate.FLAPS : Fate.WORKS;
            }
            return switch (random.nextInt(30)) {
                case 0 -> Fate.SLOW;
                case 1 -> Fate.FLAPS;
                case 2 -> Fate.DIES;
                case 3 -> Fate.CRASHES;
                default -> Fate.WORKS;
            };
        }

        // --- the promises

        private void look() {
            int before = unavailable();
            int limit = limit();
            var told = new HashMap<String, Long>();
            fleet.assignments().forEach(a -> told.put(a.spec().host(), toldGeneration(a)));
            var failedBefore = condemned();

            fleet.decide();

            int more = 0;
            for (var decision : fleet.last().decisions()) {
                if (decision instanceof Decision.Assign(var name, var spec)) {
                    assertThat(failedBefore)
                            .as("memory: %s is told %s", name, spec.revision())
                            .doesNotContain(spec.revision());
                    if (!wasUnavailable(spec.host())) {
                        more++;
                    }
                }
                if (decision instanceof Decision.Withdraw withdraw) {
                    var host = withdraw.name().substring(4);
                    if (!off.contains(host) && !wasUnavailable(host)) {
                        more++;
                    }
                }
            }
            assertThat(more == 0 || before + more <= limit)
                    .as("budget: %d were unavailable, %d more are disturbed, the limit is %d", before, more, limit)
                    .isTrue();
            fleet.assignments().forEach(this::neverBack);
            reasons();
        }

        private final Map<String, Boolean> unavailableBefore = new HashMap<>();

        /// Counts by what hosts say, and not by what the planner thinks of it.
        private int unavailable() {
            unavailableBefore.clear();
            int count = 0;
            for (var assignment : fleet.assignments().toList()) {
                var host = assignment.spec().host();
                boolean down = !off.contains(host) && !works(assignment);
                unavailableBefore.put(host, down);
                if (down) {
                    count++;
                }
            }
            return count;
        }

        private boolean wasUnavailable(String host) {
            return unavailableBefore.getOrDefault(host, false);
        }

        private static boolean works(Assignment assignment) {
            var status = assignment.status();
            return assignment.metadata().deletionTimestamp() == null
                    && status != null
                    && status.observedGeneration() != null
                    && status.observedGeneration() >= toldGeneration(assignment)
                    && assignment.spec().revision().equals(status.revision())
                    && Conditions.isTrue(status.conditions(), "Healthy")
                    && Conditions.isTrue(status.conditions(), "Synced");
        }

        private int limit() {
            int counted = 0;
            var world = fleet.world();
            var having = new HashSet<String>();
            fleet.assignments().forEach(a -> having.add(a.spec().host()));
            for (var host : hosts) {
                var view = world.hosts().get(host);
                if (view.labels().get("role").equals("web") || having.contains(host)) {
                    counted++;
                }
            }
            return Budget.limit(rules.maxUnavailable(), counted);
        }

        private Set<String> condemned() {
            var failed = new HashSet<String>();
            var status = fleet.web().status();
            if (status == null) {
                return failed;
            }
            var history = History.of(status);
            for (int i = 1; i <= 5; i++) {
                var revision = Story.revisionName("v" + i);
                if (history.isCondemned(revision)) {
                    failed.add(revision);
                }
            }
            return failed;
        }

        private void neverBack(Assignment assignment) {
            long generation = assignment.metadata().generation();
            var uid = assignment.metadata().uid();
            assertThat(generation).as("forward: %s", uid).isGreaterThanOrEqualTo(generations.getOrDefault(uid, 0L));
            generations.put(uid, generation);
        }

        private static long toldGeneration(Assignment assignment) {
            return assignment.spec().told() == null
                    ? 0
                    : assignment.spec().told().generation();
        }

        private void reasons() {
            for (var standing : fleet.standings()) {
                assertThat(standing.reason()).as("reasons: %s", standing).matches("[A-Z][A-Za-z]+");
                assertThat(standing.message()).as("reasons: %s", standing).isNotBlank();
            }
            var ready = Conditions.find(fleet.web().status().conditions(), "Ready");
            assertThat(ready.reason()).matches("[A-Z][A-Za-z]+");
            assertThat(ready.message()).isNotBlank();
        }

        /// Hosts come back and do what they are told, people take back what they held; nothing new happens.
        private void calmDown() {
            calm = true;
            fleet.set("paused", false);
            for (var host : hosts) {
                fleet.label(host, "role", "web");
                fleet.spec(host, "cordoned", false);
                fleet.spec(host, "hold", null);
                if (off.remove(host)) {
                    fleet.online(host);
                }
            }
            work.clear();
            if (random.nextBoolean()) {
                // Where a wave bakes, if there is one.
                restless = hosts.stream()
                        .filter(host -> "true"
                                .equals(fleet.world().hosts().get(host).labels().get("canary")))
                        .findFirst()
                        .orElse(hosts.getFirst());
            }
            for (int looks = 0; looks < MOST_LOOKS; looks++) {
                pass();
                look();
                if (fleet.phase() == Phase.AwaitingPromotion || fleet.phase() == Phase.NoHostVerified) {
                    fleet.promote(null);
                }
                if (isOver()) {
                    return;
                }
            }
            throw new AssertionError("end: " + fleet.rollout() + " "
                    + fleet.standings().stream()
                            .filter(standing -> standing.state() != State.Verified)
                            .limit(3)
                            .toList());
        }

        /// Nothing moves any more, and the conditions say so.
        private boolean isOver() {
            var standings = fleet.standings();
            return standings.stream().noneMatch(s -> s.state() == State.Changing || s.state() == State.Leaving)
                    && Conditions.find(fleet.web().status().conditions(), "Reconciling")
                                    .status()
                            == Condition.Status.False;
        }
    }
}
