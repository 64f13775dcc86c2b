package dev.underway.testing.load;

import java.util.Locale;

/// Clients of one sort: how many, whether each request has a connection of its own, and how long the server is asked to
/// take for an answer.
record Group(Connections connections, int clients, int delayMillis) {
    enum Connections {
        /// One connection for each request.
        NEW,
        /// One connection for as long as the server keeps it.
        KEPT
    }

    /// @param text such as `new:8:0` or `kept:4:80`
    static Group parse(String text) {
        var parts = text.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("'" + text + "' is no group: say new:COUNT:MILLIS or kept:COUNT:MILLIS");
        }
        return new Group(
                Connections.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]));
    }

    String name() {
        return connections.name().toLowerCase(Locale.ROOT) + ":" + clients + ":" + delayMillis;
    }
}
