package dev.underway.agent.systemd;

import dev.underway.plan.Observed.UnitStatus;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.freedesktop.dbus.types.Variant;
import org.jspecify.annotations.Nullable;

/// The properties of a unit that matter here, as read in one `GetAll` of all interfaces.
///
/// One `GetAll` of 400 properties costs us as much processor time as nine single `Get`s (0.9 ms; the price is the
/// message, not its size), is a consistent picture, and loads a unit that nobody refers to once instead of nine
/// times. So units are read by `GetAll`, and only those of which a signal said that they changed.
record UnitProperties(Map<String, Object> values) {
    private static final List<String> READ = List.of(
            "ActiveEnterTimestamp",
            "ActiveState",
            "CanReload",
            "FragmentPath",
            "InvocationID",
            "Job",
            "LoadState",
            "MainPID",
            "NRestarts",
            "NeedDaemonReload",
            "Result",
            "SubState",
            "UnitFileState");

    /// Of a service; an older systemd does not have it at all.
    private static final String REFRESH = "RefreshOnReload";

    static UnitProperties of(Map<?, ?> answer) {
        var values = new TreeMap<String, Object>();
        for (var name : READ) {
            var value = plain(answer.get(name));
            if (value != null) {
                values.put(name, value);
            }
        }
        if (answer.containsKey(REFRESH)) {
            values.put(REFRESH, true);
        }
        return new UnitProperties(values);
    }

    /// Whether a signal with these values says something new. Units that report progress send many that do not.
    boolean differFrom(Map<?, ?> changed) {
        for (var name : READ) {
            if (changed.containsKey(name) && !Objects.equals(plain(changed.get(name)), values.get(name))) {
                return true;
            }
        }
        return false;
    }

    /// @param job type of the job that is queued or runs, null when there is none
    UnitStatus status(String unit, @Nullable String job) {
        return new UnitStatus(
                unit,
                text("LoadState"),
                text("ActiveState"),
                text("SubState"),
                text("UnitFileState"),
                number("MainPID"),
                text("InvocationID"),
                (int) number("NRestarts"),
                text("Result"),
                yes("CanReload"),
                yes(REFRESH),
                yes("NeedDaemonReload"),
                text("FragmentPath"),
                null,
                job,
                number("ActiveEnterTimestamp"));
    }

    /// Number of the job that is queued or runs, 0 when there is none.
    long job() {
        return number("Job");
    }

    /// Of a unit that does not exist and has no process either.
    static UnitStatus none(String unit) {
        return new UnitStatus(
                unit, "not-found", "inactive", "dead", "", 0, "", 0, "", false, false, false, "", null, null, 0);
    }

    private String text(String name) {
        return values.getOrDefault(name, "").toString();
    }

    private long number(String name) {
        return values.get(name) instanceof Number number ? number.longValue() : 0;
    }

    private boolean yes(String name) {
        return values.get(name) instanceof Boolean yes && yes;
    }

    /// Values that can be compared: bytes (an invocation id) as hexadecimal, a job as its number.
    static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case Variant<?> variant -> plain(variant.getValue());
            case byte[] bytes -> HexFormat.of().formatHex(bytes);
            case List<?> bytes -> hex(bytes);
            case Object[] struct -> struct.length == 0 ? null : struct[0];
            case null -> null;
            default -> value;
        };
    }

    private static String hex(List<?> bytes) {
        var hex = HexFormat.of();
        var text = new StringBuilder();
        for (var each : bytes) {
            if (each instanceof Byte b) {
                hex.toHexDigits(text, b);
            }
        }
        return text.toString();
    }
}
