package dev.underway.testing.load;

import java.io.IOException;
import java.util.Locale;

/// What clients say on a connection, and what is a whole answer.
enum Speech {
    /// `GET` of HTTP/1.1; the body is the answer.
    HTTP {
        @Override
        String ask(Connection connection, String path, String before) throws IOException {
            var close = connection.isOver() ? "Connection: close\r\n" : "";
            connection.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + close + "\r\n");
            var status = connection.line();
            int length = -1;
            for (var header = connection.line(); !header.isEmpty(); header = connection.line()) {
                var lower = header.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(lower.substring(15).strip());
                } else if (lower.startsWith("connection:") && lower.contains("close")) {
                    connection.endsWithThis();
                }
            }
            if (length < 0 || length > LARGEST_BODY) {
                throw new Failure.WrongAnswer("an answer of unknown or of too great a length");
            }
            var body = connection.bytes(length);
            if (!status.startsWith("HTTP/1.1 200")) {
                throw new Failure.WrongAnswer(status);
            }
            return body;
        }
    },

    /// `PING` of Redis.
    REDIS {
        @Override
        String ask(Connection connection, String path, String before) throws IOException {
            connection.send("PING\r\n");
            var answer = connection.line();
            if (!answer.equals("+PONG")) {
                throw new Failure.WrongAnswer(answer);
            }
            return answer;
        }
    },

    /// The line with which an SSH server greets whoever connects (RFC 4253, section 4.2). Nobody logs in: who stays
    /// connected looks again and again whether he still is.
    SSH {
        @Override
        String ask(Connection connection, String path, String before) throws IOException {
            if (!before.isEmpty()) {
                connection.staysOpen();
                return before;
            }
            var greeting = connection.line();
            if (!greeting.startsWith("SSH-2.0-")) {
                throw new Failure.WrongAnswer(greeting);
            }
            return greeting;
        }
    };

    private static final int LARGEST_BODY = 64 * 1024;

    /// Asks once and reads the whole answer.
    ///
    /// @param before what was answered on this connection the last time; empty the first time
    abstract String ask(Connection connection, String path, String before) throws IOException;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
