package dev.underway.agent.systemd;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The units whose changes are told: those that were asked for last, and at least all of one question. Each is one
/// match
/// rule on the bus, because without rules by path every daemon-reload would send us all units of the host. A connection
/// may have 512 of them, so a question after more than [#MOST] units makes one rule take the place of all.
final class Watched {
    static final int MOST = 400;

    private final Start start;
    private final LinkedHashMap<String, Watch> byPath = new LinkedHashMap<>(16, 0.75f, true);
    private Bus.@Nullable Listening everything;
    private long question;

    private static final class Watch {
        final Set<String> names = new HashSet<>();
        final Bus.@Nullable Listening rule;
        long question;

        Watch(Bus.@Nullable Listening rule) {
            this.rule = rule;
        }

        void stop() throws BusException {
            if (rule != null) {
                rule.stop();
            }
        }
    }

    interface Start {
        /// Listens to one unit, or to all where `path` is null.
        Bus.Listening on(@Nullable String path) throws BusException;
    }

    Watched(Start start) {
        this.start = start;
    }

    /// What is added from now on was asked for at once.
    synchronized void begin() {
        question++;
    }

    /// Whether changes of the path were not told before.
    synchronized boolean add(String path, String name) throws BusException {
        var watch = byPath.get(path);
        boolean isNew = watch == null;
        if (watch == null) {
            makeRoom();
            watch = new Watch(everything == null ? start.on(path) : null);
            byPath.put(path, watch);
        }
        watch.names.add(name);
        watch.question = question;
        return isNew;
    }

    private void makeRoom() throws BusException {
        if (byPath.size() < MOST) {
            return;
        }
        var eldest = byPath.firstEntry().getValue();
        if (eldest.question < question) {
            byPath.pollFirstEntry();
            eldest.stop();
        } else if (everything == null) {
            everything = start.on(null);
            for (var watch : byPath.values()) {
                watch.stop();
            }
        }
    }

    synchronized List<String> names(String path) {
        var watch = byPath.get(path);
        return watch == null ? List.of() : List.copyOf(watch.names);
    }
}
