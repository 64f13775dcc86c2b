package dev.underway.cli;

import dev.underway.model.FieldError;
import java.util.List;

/// The server's `Status` that refuses a request. `causes` name the fields that are at fault; empty when the refusal is
/// about something else.
final class Refused extends CommandFailed {
    private static final long serialVersionUID = 1;
    private final String reason;
    private final transient List<FieldError> causes;

    Refused(Exit exit, String reason, String message, List<FieldError> causes) {
        super(exit, message);
        this.reason = reason;
        this.causes = List.copyOf(causes);
    }

    String reason() {
        return reason;
    }

    List<FieldError> causes() {
        return causes;
    }
}
