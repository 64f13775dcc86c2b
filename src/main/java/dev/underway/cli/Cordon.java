package dev.underway.cli;

import dev.underway.model.Host;
import org.jspecify.annotations.Nullable;

/// What keeps work from a host because a person said so, until `underway uncordon`.
///
/// @param reason Cordoned, Drained or Decommissioned
/// @param message with that person's own reason
record Cordon(String reason, String message) {

    /// Null when nothing does.
    static @Nullable Cordon of(Host.@Nullable Spec spec) {
        if (spec == null) {
            return null;
        }
        if (spec.drain() != null) {
            return switch (spec.drain()) {
                case Stopped -> new Cordon("Drained", because("its units are to be stopped", spec.reason()));
                case Decommissioned ->
                    new Cordon("Decommissioned", because("every set is to be removed from it", spec.reason()));
            };
        }
        return Boolean.TRUE.equals(spec.cordoned())
                ? new Cordon("Cordoned", because("it takes no new work", spec.reason()))
                : null;
    }

    private static String because(String what, @Nullable String reason) {
        return reason == null ? what : what + ": " + reason;
    }
}
