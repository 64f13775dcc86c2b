package dev.underway.agent;

import dev.underway.agent.fetch.Document;
import dev.underway.plan.Plan.Withheld;
import dev.underway.plan.SetId;
import dev.underway.wire.DesiredState.Held;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What people hold, and for how long yet. While something is held nothing is done to it, not even to heal it.
///
/// A document says how many seconds are left of a hold; they are measured from when this run of the agent first saw the
/// document. So with the server away a start of the agent prolongs a hold, and never shortens one.
final class Holds {
    private final LongSupplier nanos;
    private final Map<SetId, Ending> ofSets = new HashMap<>();
    private @Nullable Ending ofHost;
    private long serial = -1;

    private record Ending(String message, long until) {}

    /// `nanos` is a monotonic clock in nanoseconds.
    Holds(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// Takes what `document` says, unless it is the one that was taken last.
    void take(Document document) {
        var state = document.state();
        if (state.serial() == serial) {
            return;
        }
        serial = state.serial();
        ofSets.clear();
        ofHost = ending(state.held());
        state.assignments().forEach(entry -> take(new SetId(entry.namespace(), entry.unitSet()), entry.held()));
        state.tombstones().forEach(stone -> take(new SetId(stone.namespace(), stone.unitSet()), stone.held()));
    }

    private void take(SetId set, @Nullable Held held) {
        var ending = ending(held);
        if (ending != null) {
            ofSets.put(set, ending);
        }
    }

    /// Why nothing is done to the set, if so.
    Optional<Withheld> of(SetId set) {
        return Stream.of(Optional.ofNullable(ofHost), Optional.ofNullable(ofSets.get(set)))
                .flatMap(Optional::stream)
                .filter(ending -> left(ending) > 0)
                .findFirst()
                .map(ending -> new Withheld("Held", ending.message()));
    }

    /// How long until the next hold ends; empty when there is none.
    Optional<Duration> next() {
        return Stream.concat(Optional.ofNullable(ofHost).stream(), ofSets.values().stream())
                .map(this::left)
                .filter(left -> left > 0)
                .min(Long::compare)
                .map(Duration::ofNanos);
    }

    private @Nullable Ending ending(@Nullable Held held) {
        return held == null
                ? null
                : new Ending(
                        held.message(),
                        nanos.getAsLong() + Duration.ofSeconds(held.seconds()).toNanos());
    }

    private long left(Ending ending) {
        return ending.until() - nanos.getAsLong();
    }
}
