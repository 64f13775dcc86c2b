package dev.underway.testing.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.Locale;
import java.util.Objects;

/// What a client counts as a failed request. There is no other way out: what is not the whole answer in time is one
/// of these.
enum Failure {
    /// Nobody listened.
    REFUSED,
    /// The connection was cut, before or after something was sent.
    RESET,
    /// No whole answer in time, or no connection.
    TIMEOUT,
    /// The connection ended in order before the answer was whole.
    SHORT,
    /// A whole answer other than the one asked for: in HTTP, other than 200 or without a Content-Length.
    STATUS,
    /// This side could not: no free port, no free descriptor.
    LOCAL;

    static Failure of(IOException trouble) {
        var words = Objects.requireNonNullElse(trouble.getMessage(), "");
        return switch (trouble) {
            case SocketTimeoutException _ -> TIMEOUT;
            case EOFException _ -> SHORT;
            case WrongAnswer _ -> STATUS;
            case ConnectException _ when words.contains("refused") -> REFUSED;
            case ConnectException _ when words.contains("timed out") -> TIMEOUT;
            default -> words.contains("reset") || words.contains("Broken pipe") ? RESET : LOCAL;
        };
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// An answer that came whole and is not the one that was asked for.
    static final class WrongAnswer extends IOException {
        private static final long serialVersionUID = 1;

        WrongAnswer(String what) {
            super(what);
        }
    }
}
