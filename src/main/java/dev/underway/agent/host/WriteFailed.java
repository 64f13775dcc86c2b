package dev.underway.agent.host;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/// A path of the host could not be changed: a full disk, a read-only or unsafe place. A failure of the surroundings,
/// never a judgement on a revision.
public final class WriteFailed extends Exception {
    private static final long serialVersionUID = 1;

    private final String path;
    private final String reason;

    WriteFailed(String path, String reason, String message) {
        super(message);
        this.path = path;
        this.reason = reason;
    }

    public static WriteFailed because(String path, IOException cause) {
        var failure =
                switch (cause) {
                    case UserPrincipalNotFoundException e ->
                        new WriteFailed(path, "UnknownOwner", path + ": this host has no user or group " + e.getName());
                    case AccessDeniedException e -> new WriteFailed(path, "WriteFailed", path + ": access denied");
                    case FileSystemException e
                    when e.getReason() != null -> new WriteFailed(path, "WriteFailed", path + ": " + e.getReason());
                    default -> new WriteFailed(path, "WriteFailed", path + ": " + cause.getMessage());
                };
        failure.initCause(cause);
        return failure;
    }

    public String path() {
        return path;
    }

    /// A CamelCase word for a condition: `UnsafePath`, `UnknownOwner` or `WriteFailed`.
    public String reason() {
        return reason;
    }
}
