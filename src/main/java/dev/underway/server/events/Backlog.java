package dev.underway.server.events;

import dev.underway.server.events.Occurrence.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What has happened and is not yet written: the same about the same object is counted, not listed.
///
/// Bounded on two sides. An object may fill [#BURST] Events at once and then one every [#PAUSE], as in client-go's
/// recorder: a unit that flaps all day makes a few Events, not a thousand. The last that it may fill says so. And of
/// [#MOST_WAITING] that wait for the database, further ones are left out.
final class Backlog {
    static final int BURST = 25;
    static final Duration PAUSE = Duration.ofMinutes(2);
    static final int MOST_WAITING = 20_000;

    /// So much about one object: `count` times from `first` to `last`.
    record Told(Occurrence occurrence, Instant first, Instant last, int count) {
        Told again(Told later) {
            return new Told(occurrence, first, later.last, count + later.count);
        }
    }

    /// How many Events an object may still fill, as of a time.
    private record Allowance(double left, Instant at) {
        Allowance at(Instant now) {
            var gained = Duration.between(at, now).toMillis() / (double) PAUSE.toMillis();
            return new Allowance(Math.min(BURST, left + gained), now);
        }

        boolean isFull() {
            return left >= BURST;
        }
    }

    private final Map<Occurrence, Told> waiting = new LinkedHashMap<>();
    private final Map<Subject, Allowance> allowances = new HashMap<>();
    private long leftOut;

    synchronized void add(List<Occurrence> occurrences, Instant at) {
        occurrences.forEach(occurrence -> add(new Told(occurrence, at, at, 1)));
    }

    /// Puts back what could not be written.
    synchronized void putBack(List<Told> unwritten) {
        unwritten.forEach(this::add);
    }

    private void add(Told told) {
        if (waiting.size() < MOST_WAITING || waiting.containsKey(told.occurrence())) {
            waiting.merge(told.occurrence(), told, Told::again);
        } else {
            leftOut++;
        }
    }

    /// At most `most` of what waits, the oldest first, within what each object may fill.
    synchronized List<Told> take(int most, Instant now) {
        var taken = new ArrayList<Told>();
        var all = waiting.values().iterator();
        while (all.hasNext() && taken.size() < most) {
            var told = all.next();
            all.remove();
            var subject = told.occurrence().subject();
            var allowance =
                    allowances.getOrDefault(subject, new Allowance(BURST, now)).at(now);
            if (allowance.left < 1) {
                leftOut++;
                continue;
            }
            allowances.put(subject, new Allowance(allowance.left - 1, now));
            taken.add(allowance.left < 2 ? last(told) : told);
        }
        return taken;
    }

    private static Told last(Told told) {
        var occurrence = Occurrence.warning(
                told.occurrence().subject(),
                "TooManyEvents",
                "so much happens to it that Events are left out; its status says how it is");
        return new Told(occurrence, told.first, told.last, 1);
    }

    /// Forgets objects of which nothing was heard for long; answers how much was left out since it was last asked.
    synchronized long tidy(Instant now) {
        allowances.values().removeIf(allowance -> allowance.at(now).isFull());
        var answer = leftOut;
        leftOut = 0;
        return answer;
    }
}
