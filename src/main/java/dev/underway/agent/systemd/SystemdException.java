package dev.underway.agent.systemd;

/// systemd could not be asked, or refused. A failure of the surroundings: worth another try later, and never a
/// judgement on a revision.
public final class SystemdException extends Exception {
    private static final long serialVersionUID = 1;

    public SystemdException(String message) {
        super(message);
    }

    public SystemdException(String message, Throwable cause) {
        super(message, cause);
    }
}
