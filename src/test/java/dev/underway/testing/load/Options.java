package dev.underway.testing.load;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// What the load client was told. Milliseconds and seconds are in the names.
record Options(
        InetSocketAddress server, String path, List<Group> groups, int thinkMillis, int timeoutMillis, int seconds) {
    private static final int MOST_CLIENTS = 1_000;
    private static final int LONGEST_SECONDS = 6 * 3600;

    static Options parse(String... words) {
        int port = 0;
        var path = "/";
        var groups = new ArrayList<Group>();
        int think = 4;
        int timeout = 10_000;
        int seconds = 3600;
        if (words.length % 2 != 0) {
            throw new IllegalArgumentException("each option takes one value");
        }
        for (int i = 0; i < words.length; i += 2) {
            var value = words[i + 1];
            switch (words[i]) {
                case "--port" -> port = Integer.parseInt(value);
                case "--path" -> path = value;
                case "--group" -> groups.add(Group.parse(value));
                case "--think-ms" -> think = Integer.parseInt(value);
                case "--timeout-ms" -> timeout = Integer.parseInt(value);
                case "--seconds" -> seconds = Integer.parseInt(value);
                default -> throw new IllegalArgumentException("unknown option " + words[i]);
            }
        }
        int clients = groups.stream().mapToInt(Group::clients).sum();
        if (port <= 0 || clients < 1 || clients > MOST_CLIENTS) {
            throw new IllegalArgumentException("say --port, and with --group 1 to " + MOST_CLIENTS + " clients");
        }
        if (think < 1 || timeout < 1 || seconds < 1 || seconds > LONGEST_SECONDS) {
            throw new IllegalArgumentException("times are positive, and --seconds is at most " + LONGEST_SECONDS);
        }
        return new Options(
                new InetSocketAddress("127.0.0.1", port), path, List.copyOf(groups), think, timeout, seconds);
    }
}
