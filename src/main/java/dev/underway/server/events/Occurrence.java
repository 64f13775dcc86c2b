package dev.underway.server.events;

import dev.underway.model.Event;
import dev.underway.model.Kind;
import dev.underway.server.store.Resource;
import java.util.stream.Collectors;

/// Something that happened to a resource and that people want to know.
///
/// @param reason a CamelCase word
/// @param message one line of at most [Event#LONGEST_MESSAGE] characters
record Occurrence(Subject subject, Event.Type type, String reason, String message, Event.Source source) {
    private static final Event.Source SERVER = new Event.Source("underway-server", null);

    /// What it happened to. `namespace` is empty for resources of the cluster.
    record Subject(Kind kind, String namespace, String name, String uid) {
        static Subject of(Resource resource) {
            var key = resource.key();
            return new Subject(key.kind(), key.namespace(), key.name(), resource.uid());
        }
    }

    /// The rest of a message that has several lines is left out: what a failed unit wrote to the journal is shown by
    /// the condition only, because it may hold what not everybody shall read.
    Occurrence {
        var line = message.lines().findFirst().orElse("").strip();
        message = line.length() <= Event.LONGEST_MESSAGE ? line : line.substring(0, Event.LONGEST_MESSAGE - 1) + "…";
        reason = reason.chars()
                .filter(Character::isLetterOrDigit)
                .limit(Event.LONGEST_REASON)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    static Occurrence normal(Subject subject, String reason, String message) {
        return new Occurrence(subject, Event.Type.Normal, reason, message, SERVER);
    }

    static Occurrence warning(Subject subject, String reason, String message) {
        return new Occurrence(subject, Event.Type.Warning, reason, message, SERVER);
    }

    /// The same, seen by the agent of a host.
    Occurrence reportedBy(String host) {
        return new Occurrence(subject, type, reason, message, new Event.Source("underway-agent", host));
    }
}
