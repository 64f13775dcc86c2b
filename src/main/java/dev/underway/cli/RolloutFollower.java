package dev.underway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.UnitSet;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Waits for the end of a UnitSet's rollout and shows it meanwhile: a picture in place on a terminal, in a pipe one
/// line for each change that says something new. That the server is away is said as well.
final class RolloutFollower {
    private static final Duration TICK = Duration.ofSeconds(1);

    private final Console console;
    private final Subject subject;
    private final @Nullable String expected;
    private final boolean silent;
    private final @Nullable LiveDisplay live;
    private final Outage outage;
    private final Set<String> said = new HashSet<>();
    private String last = "";

    /// @param expected the revision to which the set was just undone; null when it was not
    /// @param silent whether only the end is to be shown, by the caller
    RolloutFollower(Console console, Subject subject, @Nullable String expected, boolean silent) {
        this.console = console;
        this.subject = subject;
        this.expected = expected;
        this.silent = silent;
        var terminal = console.terminal();
        this.outage = new Outage(console);
        this.live = terminal == null || silent ? null : new LiveDisplay(console.out(), terminal);
    }

    /// How it was when the waiting ended.
    ///
    /// @param silence null when the server was there then
    record Seen(UnitSet set, RolloutVerdict verdict, Watch.@Nullable Silence silence) {
        Seen(UnitSet set, RolloutVerdict verdict) {
            this(set, verdict, null);
        }

        Seen but(Watch.@Nullable Silence silence) {
            return new Seen(set, verdict, silence);
        }
    }

    /// Returns when it has ended, or after `timeout`. Throws [CommandFailed] when the set is not there (any more).
    Seen follow(ApiClient api, Duration timeout) throws CommandFailed {
        var until = System.nanoTime() + timeout.toNanos();
        Seen seen = null;
        try (var watch = Watch.of(api, Kind.UNIT_SET, subject.namespace(), "metadata.name=" + subject.name())) {
            while (true) {
                var left = Duration.ofNanos(until - System.nanoTime());
                var news = watch.next(left.compareTo(TICK) < 0 ? left : TICK);
                if (news != null) {
                    if (news.isEmpty()) {
                        throw new CommandFailed(
                                Exit.FAILED,
                                seen == null ? "there is no UnitSet " + subject : subject + " was deleted meanwhile");
                    }
                    seen = seen(news.getFirst());
                }
                if (seen != null) {
                    seen = seen.but(watch.silence());
                    show(seen);
                    if (seen.verdict().isFinal() || System.nanoTime() - until >= 0) {
                        return seen;
                    }
                }
            }
        }
    }

    private Seen seen(ObjectNode object) {
        var set = Codec.read(object, UnitSet.class);
        return new Seen(set, RolloutVerdict.of(set, expected));
    }

    private void show(Seen seen) {
        if (live != null) {
            var lines = RolloutText.picture(seen.set(), seen.verdict(), Instant.now());
            if (seen.silence() != null) {
                lines.add(Line.of("  ").and(seen.silence().why() + "; trying again", Line.Colour.YELLOW));
            }
            live.show(lines);
            return;
        }
        outage.look(seen.silence());
        if (silent) {
            return;
        }
        for (var failure : RolloutText.failures(seen.set(), seen.verdict())) {
            if (said.add(failure)) {
                console.out().println(failure);
            }
        }
        var line = RolloutText.line(seen.set(), seen.verdict());
        if (!line.equals(last)) {
            console.out().println(line);
            last = line;
        }
    }
}
