package dev.underway.server.node;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// When each host was last heard of, and what has been said of it. Knows no clock and writes nothing.
///
/// Nobody is silent before one whole lease has passed since the book was opened: after a start of the server, every
/// host gets the time to call.
final class LeaseBook {
    private enum Said {
        NOTHING,
        HEARD,
        SILENT
    }

    private record Line(Instant seen, Said said) {}

    private final Duration lease;
    private final Map<String, Line> lines = new ConcurrentHashMap<>();

    LeaseBook(Duration lease) {
        this.lease = lease;
    }

    /// A host of which nothing may have been heard yet; its lease begins at `now`.
    void expect(String host, Instant now) {
        lines.putIfAbsent(host, new Line(now, Said.NOTHING));
    }

    /// Notes a call. Answers whether that is news: the host was silent, or nothing has been said of it.
    boolean heard(String host, Instant now) {
        var before = lines.put(host, new Line(now, Said.HEARD));
        return before == null || before.said() != Said.HEARD;
    }

    /// Notes a call that somebody else has noted, if it is newer than what is known here.
    void heardElsewhere(String host, Instant seen) {
        lines.computeIfPresent(host, (_, line) -> seen.isAfter(line.seen()) ? new Line(seen, line.said()) : line);
    }

    /// The hosts whose lease has run out and of which that has not been said.
    List<String> overdue(Instant now) {
        return lines.entrySet().stream()
                .filter(line -> line.getValue().said() != Said.SILENT
                        && line.getValue().seen().plus(lease).isBefore(now))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// It has been said that the host is silent. Answers false when it has called meanwhile, so that it is not so.
    boolean saySilent(String host, Instant now) {
        var line = lines.computeIfPresent(
                host,
                (_, before) -> before.seen().plus(lease).isBefore(now) ? new Line(before.seen(), Said.SILENT) : before);
        return line != null && line.said() == Said.SILENT;
    }

    /// What was said did not reach the store: it is said again at the next occasion.
    void unsay(String host) {
        lines.computeIfPresent(host, (_, line) -> new Line(line.seen(), Said.NOTHING));
    }

    /// What the store says of the host. Where that is not what was said last (it joined anew, or another replica
    /// knows better), it is said again at the next occasion.
    void stands(String host, boolean ready) {
        lines.computeIfPresent(
                host,
                (_, line) ->
                        line.said() == (ready ? Said.SILENT : Said.HEARD) ? new Line(line.seen(), Said.NOTHING) : line);
    }

    void forget(String host) {
        lines.remove(host);
    }

    void forgetAllBut(Collection<String> hosts) {
        lines.keySet().retainAll(hosts);
    }
}
