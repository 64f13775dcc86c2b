package dev.underway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.Host;
import dev.underway.model.Kind;
import dev.underway.model.UnitSetRollout.OfHost;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A host on its way to running nothing: what it waits for is said line by line, as it changes.
final class Emptying {
    private static final Duration TICK = Duration.ofSeconds(1);

    private final Console console;
    private final ApiClient api;
    private final String host;
    private final Host.Drain drain;
    private final Outage outage;
    private final Map<String, String> said = new HashMap<>();
    private boolean isSilenceSaid;

    Emptying(Console console, ApiClient api, String host, Host.Drain drain) {
        this.console = console;
        this.outage = new Outage(console);
        this.api = api;
        this.host = host;
        this.drain = drain;
    }

    /// Asks for it. Saying it again changes nothing.
    ///
    /// @param reason why, for those who wonder; null leaves what was said before
    void begin(@Nullable String reason) throws CommandFailed {
        ObjectNode spec = Codec.JSON.createObjectNode();
        spec.put("cordoned", true).put("drain", drain.name());
        if (reason != null) {
            spec.put("reason", reason);
        }
        Cordons.patch(api, host, spec);
    }

    /// Returns when the host is empty. Throws [CommandFailed]: TIMED_OUT when it is not in time, and FAILED when
    /// somebody ended it.
    void await(Duration timeout) throws CommandFailed {
        var until = System.nanoTime() + timeout.toNanos();
        try (var watch = Watch.of(api, Kind.ASSIGNMENT, null, "spec.host=" + host)) {
            var open = Map.<String, String>of();
            while (true) {
                var left = until - System.nanoTime();
                var news = left <= 0 ? null : watch.next(Duration.ofNanos(Math.min(left, TICK.toNanos())));
                outage.look(watch.silence());
                if (news == null && left > 0) {
                    continue;
                }
                if (news == null) {
                    throw late(timeout, open, watch.silence());
                }
                look();
                open = open(news.stream()
                        .map(object -> Codec.read(object, Assignment.class))
                        .toList());
                say(open);
                if (open.isEmpty()) {
                    return;
                }
            }
        }
    }

    private CommandFailed late(Duration timeout, Map<String, String> open, Watch.@Nullable Silence silence) {
        return new CommandFailed(
                Exit.TIMED_OUT,
                host + " is not empty after " + timeout.toSeconds() + "s: " + String.join("; ", open.values())
                        + ". It goes on by itself; the same command waits for it again"
                        + (silence == null ? "" : "; " + silence.sentence()));
    }

    private void look() throws CommandFailed {
        var found = Codec.read(api.get(ApiClient.path(Kind.HOST, null, host)).body(), Host.class);
        if (found.spec() == null || found.spec().drain() != drain) {
            throw new CommandFailed(Exit.FAILED, "somebody else decided otherwise about " + host + " meanwhile");
        }
        var ready =
                Conditions.find(found.status() == null ? null : found.status().conditions(), "Ready");
        if ((ready == null || ready.status() != Condition.Status.True) && !isSilenceSaid) {
            isSilenceSaid = true;
            console.remark(host + " is not heard of: it goes on when the host is back. A machine that is gone for good"
                    + " is forgotten by `kubectl delete host " + host + "`.");
        }
    }

    /// What is not done yet, a sentence for each UnitSet.
    private Map<String, String> open(List<Assignment> assignments) throws CommandFailed {
        var open = new LinkedHashMap<String, String>();
        for (var assignment : assignments) {
            var set = new Subject(
                    Objects.requireNonNullElse(assignment.metadata().namespace(), ""),
                    assignment.spec().unitSet());
            var standing = Standing.of(api, set, host);
            if (drain == Host.Drain.Decommissioned || !isStopped(standing)) {
                open.put(
                        set.toString(),
                        standing == null
                                ? set + ": it is being removed"
                                : set + ": " + standing.reason() + ", " + standing.message());
            }
        }
        return open;
    }

    private static boolean isStopped(@Nullable OfHost standing) {
        return standing != null && standing.reason().equals("Drained");
    }

    private void say(Map<String, String> open) {
        open.forEach((set, sentence) -> {
            if (!sentence.equals(said.put(set, sentence))) {
                console.out().println(sentence);
            }
        });
        said.keySet().removeIf(set -> {
            boolean done = !open.containsKey(set);
            if (done) {
                console.out().println(set + ": done");
            }
            return done;
        });
    }
}
