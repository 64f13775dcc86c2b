package dev.underway.agent.systemd;

/// A call on the bus that was not answered as hoped. `error` is the D-Bus name of the error, such as
/// `org.freedesktop.systemd1.NoSuchUnit`; [#LOCAL] when no answer came at all.
final class BusException extends Exception {
    private static final long serialVersionUID = 1;

    static final String LOCAL = "";

    private final String error;

    BusException(String error, String message) {
        super(message);
        this.error = error;
    }

    BusException(String message, Throwable cause) {
        super(message, cause);
        this.error = LOCAL;
    }

    String error() {
        return error;
    }

    /// The last word of [#error], such as `NoSuchUnit`.
    String word() {
        return error.substring(error.lastIndexOf('.') + 1);
    }
}
