package dev.underway.testing.load;

import java.util.Locale;

/// Clients of one sort: how many, whether each request has a connection of its own, how long the server is asked to
/// take for an answer (in HTTP), and what they speak.
record Group(Connections connections, int clients, int delayMillis, Speech speech) {
    enum Connections {
        /// One connection for each request.
        NEW,
        /// One connection for as long as the server keeps it.
        KEPT
    }

    /// @param text such as `new:8:0`, `kept:4:80` or `kept:2:0:redis`
    static Group parse(String text) {
        var parts = text.split(":", -1);
        if (parts.length != 3 && parts.length != 4) {
            throw new IllegalArgumentException("'" + text
                    + "' is no group: say new:COUNT:MILLIS or kept:COUNT:MILLIS, and :redis or :ssh if not HTTP");
        }
        return new Group(
                Connections.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]),
                parts.length == 3 ? Speech.HTTP : Speech.valueOf(parts[3].toUpperCase(Locale.ROOT)));
    }

    String name() {
        var http = connections.name().toLowerCase(Locale.ROOT) + ":" + clients + ":" + delayMillis;
        return speech == Speech.HTTP ? http : http + ":" + speech.word();
    }
}
