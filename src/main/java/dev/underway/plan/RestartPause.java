package dev.underway.plan;

import dev.underway.model.unitfile.UnitFile;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/// How long systemd waits until it starts an instance again that has ended badly (`RestartSec=`, systemd.service(5)).
///
/// Each end of one instance makes systemd look at the socket that all of them share, and with traffic that is an
/// activation; 20 of these in two seconds close the socket (`TriggerLimitBurst=` of `Accept=no`, systemd.socket(5);
/// measured with a new process in a crash loop). So instances wait long enough between their lives.
final class RestartPause {
    static final Duration LEAST = Duration.ofMillis(250);

    /// systemd's own.
    private static final String STANDARD = "100ms";

    private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([a-zµμ]*)\\s*");
    private static final Map<String, Double> MILLIS = Map.ofEntries(
            Map.entry("", 1000.0),
            Map.entry("us", 0.001),
            Map.entry("µs", 0.001),
            Map.entry("μs", 0.001),
            Map.entry("usec", 0.001),
            Map.entry("ms", 1.0),
            Map.entry("msec", 1.0));

    private RestartPause() {}

    /// Whether what the author says is too short. A span in units from seconds up, which are many (systemd.time(7)),
    /// is long enough unless it is nothing.
    static boolean isTooShort(UnitFile own) {
        var span = own.last("Service", "RestartSec", STANDARD).strip();
        double millis = 0;
        var part = PART.matcher(span);
        int end = 0;
        while (part.find(end) && part.start() == end) {
            millis += Double.parseDouble(part.group(1)) * MILLIS.getOrDefault(part.group(2), 1000.0);
            end = part.end();
        }
        return end == span.length() && millis < LEAST.toMillis();
    }
}
