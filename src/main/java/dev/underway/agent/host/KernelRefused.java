package dev.underway.agent.host;

import java.io.IOException;

/// A system call failed; the message is the C library's for the number, such as `Operation not permitted`.
public final class KernelRefused extends IOException {
    private static final long serialVersionUID = 1;

    /// Numbers of errno(3).
    private static final int NO_SUCH_FILE = 2;

    private static final int BAD_DESCRIPTOR = 9;
    private static final int INVALID = 22;
    private static final int OUT_OF_RANGE = 34;
    private static final int IS_A_LINK = 40;
    private static final int NOT_SUPPORTED = 95;

    private final int number;

    KernelRefused(int number, String message) {
        super(message);
        this.number = number;
    }

    /// Whether the number that was to be set is at fault.
    public boolean isOfValue() {
        return number == INVALID || number == OUT_OF_RANGE;
    }

    /// Whether there is nothing at the path.
    public boolean isOfAbsence() {
        return number == NO_SUCH_FILE;
    }

    /// Whether the descriptor is not open.
    boolean isOfDescriptor() {
        return number == BAD_DESCRIPTOR;
    }

    /// Whether this sort of socket knows no such call.
    boolean isOfOperation() {
        return number == NOT_SUPPORTED;
    }

    /// Whether the path has a symlink in it that was not to be followed.
    boolean isOfLink() {
        return number == IS_A_LINK;
    }
}
