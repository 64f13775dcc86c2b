package dev.underway.server.access;

import dev.underway.wire.Enrolment;

/// A request is refused; the caller is told the `reason`, a CamelCase word, and the message, which says what to do.
public final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String reason;

    /// `status` is that of the HTTP answer.
    public Refused(int status, String reason, String message) {
        super(message, null, false, false);
        this.status = status;
        this.reason = reason;
    }

    public static Refused badRequest(String message) {
        return new Refused(400, "BadRequest", message);
    }

    int status() {
        return status;
    }

    public String reason() {
        return reason;
    }

    Enrolment.Refusal refusal() {
        return new Enrolment.Refusal(reason, String.valueOf(getMessage()));
    }
}
