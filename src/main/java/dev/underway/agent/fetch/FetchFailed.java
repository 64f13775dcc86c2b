package dev.underway.agent.fetch;

/// Something that the agent needs could not be had or was not what it should be. A failure of the surroundings: worth
/// another try later.
public final class FetchFailed extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    public FetchFailed(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    public FetchFailed(String reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /// A CamelCase word for a condition.
    public String reason() {
        return reason;
    }
}
