package dev.underway.agent.systemd;

import dev.underway.agent.systemd.Systemd.JobOutcome;
import dev.underway.plan.Observed.UnitStatus;
import java.util.Map;

/// What systemd's words for the end of a job, and for refusing one, mean to an operator.
final class JobSentences {
    private JobSentences() {}

    /// Errors that speak of the unit as it is defined. All others speak of systemd's own state, or of the bus.
    private static final Map<String, String> REFUSALS = Map.of(
            "NoSuchUnit", "has no unit file; the manifest or a package must bring one",
            "LoadFailed", "has a unit file that systemd cannot load; see 'systemd-analyze verify' on the host",
            "BadUnitSetting", "has a unit file with a setting that systemd refuses; see 'systemd-analyze verify'",
            "UnitMasked", "is masked; run 'systemctl unmask' on the host or leave the unit out of the manifest",
            "JobTypeNotApplicable", "cannot do that: a reload needs ExecReload= or Type=notify-reload",
            "OnlyByDependency", "refuses manual starts and stops (RefuseManualStart=, RefuseManualStop=)");

    static boolean isOfTheUnit(BusException refusal) {
        return REFUSALS.containsKey(refusal.word());
    }

    static String refused(String verb, String unit, BusException refusal) {
        return "systemd refuses to " + verb + " " + unit + ": it " + REFUSALS.get(refusal.word()) + " ("
                + refusal.getMessage() + ")";
    }

    static String ended(String verb, String unit, String result, UnitStatus after) {
        var journal = "see 'journalctl -u " + unit + "' on the host";
        return switch (result) {
            case "done" -> "";
            case "failed" -> "could not " + verb + " " + unit + " (Result=" + after.result() + "): " + journal;
            case "timeout" -> "could not " + verb + " " + unit + " in the time that the unit allows: " + journal;
            case "dependency" ->
                "could not " + verb + " " + unit + ", because a unit that it requires failed: " + journal;
            case "canceled" -> "somebody else canceled the " + verb + " of " + unit + ": it is looked at again";
            case "invalid" -> "could not " + verb + " " + unit + ", because it is " + after.activeState();
            case "assert" -> "could not start " + unit + ", because one of its Assert…= does not hold: " + journal;
            default -> "the " + verb + " of " + unit + " ended as " + result + ": " + journal;
        };
    }

    static JobOutcome outcome(String verb, String unit, String result, UnitStatus after) {
        return new JobOutcome(unit, result, ended(verb, unit, result, after), after);
    }
}
