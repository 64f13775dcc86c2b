package dev.underway.server.store;

/// The store refused a write or a read, for a reason that the caller can act on.
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1;

    /// Why, in the sense of a Kubernetes `Status.reason`.
    public enum Reason {
        /// There is no such resource.
        NOT_FOUND,
        /// A resource of this name exists.
        ALREADY_EXISTS,
        /// The resource has changed since the caller read it, or its uid differs.
        CONFLICT,
        /// The events or the page asked for are compacted away: list again.
        EXPIRED,
        /// A resourceVersion that the store has not reached yet.
        FUTURE,
        /// The database can hold no such name or text, however often it is tried.
        UNSTORABLE,
        /// The database cannot be reached.
        UNAVAILABLE
    }

    private final Reason reason;

    private final String message;

    public StoreException(Reason reason, String message) {
        super(message);
        this.reason = reason;
        this.message = message;
    }

    public StoreException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.message = message;
    }

    /// Always there, unlike that of other exceptions.
    @Override
    public String getMessage() {
        return message;
    }

    public Reason reason() {
        return reason;
    }
}
