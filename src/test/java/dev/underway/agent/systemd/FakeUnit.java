package dev.underway.agent.systemd;

import dev.underway.plan.Observed.UnitStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A unit of [FakeSystemd]: what was read of its file, and its state.
final class FakeUnit {
    static final String MASKED = "masked";
    static final Map<String, String> IDLE_STATES =
            Map.of("socket", "listening", "timer", "waiting", "path", "waiting", "mount", "mounted");

    /// The settings of a unit file, whatever their section.
    record File(@Nullable String text) {
        /// Null when the setting is not there, or was last emptied.
        @Nullable
        String last(String setting) {
            String last = null;
            for (var line : text == null ? new String[0] : text.split("\n")) {
                if (line.startsWith(setting + "=")) {
                    var value = line.substring(setting.length() + 1).strip();
                    last = value.isEmpty() ? null : value;
                }
            }
            return last;
        }

        boolean says(String setting, String value) {
            return value.equals(last(setting));
        }
    }

    private final String name;
    private final Path path;
    private boolean installed;
    private File file;
    private @Nullable String onDisk;

    private String active = "inactive";
    private String sub = "dead";
    private String result = "success";
    private String invocation = "";
    private long pid;
    private int restarts;
    private long startedAtMicros;
    private long endsAtNanos;

    FakeUnit(String name, @Nullable String text, Path path, boolean installed) {
        this.name = name;
        this.path = path;
        this.installed = installed;
        this.file = new File(text);
        this.onDisk = text;
    }

    String name() {
        return name;
    }

    File file() {
        return file;
    }

    void reread(@Nullable String text, boolean nowInstalled) {
        file = new File(text);
        installed = nowInstalled;
        onDisk = text;
    }

    void onDisk(@Nullable String text) {
        onDisk = text;
    }

    boolean exists() {
        return file.text() != null;
    }

    boolean isActive() {
        return active.equals("active");
    }

    /// Whether systemd keeps it loaded: it is active, about to end, or failed.
    boolean isUp() {
        endWhenItIsTime();
        return !active.equals("inactive");
    }

    boolean hasFailed() {
        return active.equals("failed");
    }

    int restarts() {
        return restarts;
    }

    void restarts(int count) {
        restarts = count;
    }

    /// The error that systemd answers a request for a job with; null when it would not.
    @Nullable
    String refusal() {
        return switch (loadState()) {
            case "not-found" -> "NoSuchUnit";
            case "masked" -> "UnitMasked";
            case "bad-setting" -> "BadUnitSetting";
            default -> null;
        };
    }

    private String loadState() {
        if (!exists()) {
            return "not-found";
        }
        if (MASKED.equals(file.text())) {
            return "masked";
        }
        return name.endsWith(".service") && file.last("ExecStart") == null ? "bad-setting" : "loaded";
    }

    void running(long process) {
        enter("active", "running");
        pid = process;
        restarts = 0;
    }

    void waiting(String state) {
        enter("active", state);
    }

    void stopped() {
        active = "inactive";
        sub = "dead";
        result = "success";
        pid = 0;
    }

    /// Takes `seconds` to stop.
    void ending(double seconds) {
        active = "deactivating";
        sub = "stop";
        endsAtNanos = System.nanoTime() + (long) (seconds * 1e9);
    }

    private void endWhenItIsTime() {
        if (active.equals("deactivating") && System.nanoTime() - endsAtNanos >= 0) {
            stopped();
        }
    }

    void processEnded(String how) {
        active = "failed";
        sub = "failed";
        result = how;
        pid = 0;
    }

    private void enter(String state, String detail) {
        active = state;
        sub = detail;
        result = "success";
        invocation = UUID.randomUUID().toString().replace("-", "");
        startedAtMicros = System.currentTimeMillis() * 1000;
    }

    /// @param asked the name that was asked for: its own, or an alias
    UnitStatus status(String asked) {
        endWhenItIsTime();
        boolean there = loadState().equals("loaded");
        return new UnitStatus(
                asked,
                loadState(),
                active,
                sub,
                there ? unitFileState() : "",
                pid,
                invocation,
                restarts,
                exists() || !active.equals("inactive") ? result : "",
                there && file.last("ExecReload") != null,
                false,
                there && onDisk != null && !onDisk.equals(file.text()),
                there ? path.toString() : "",
                null,
                null,
                startedAtMicros);
    }

    private String unitFileState() {
        if (installed) {
            return "enabled";
        }
        return file.last("WantedBy") != null || file.last("RequiredBy") != null ? "disabled" : "static";
    }

    static boolean canBeExecuted(String command) {
        return Files.isExecutable(Path.of(program(command)));
    }

    static boolean endsWell(String command) {
        return !program(command).endsWith("/false");
    }

    private static String program(String command) {
        return command.split("\\s+")[0].replaceFirst("^[-@:+!|]+", "");
    }
}
