package dev.underway.server.store;

import dev.underway.model.Kind;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import org.hibernate.jpa.HibernateHints;

/// The log of changes.
@ApplicationScoped
class EventRows implements PanacheRepositoryBase<EventRow, Long> {

    /// The changes to a kind in a namespace (empty: in all) after a number, oldest first.
    List<LoggedChange> after(Kind kind, String namespace, long number, int limit) {
        return find(
                        "kind = ?1 and (?2 = '' or namespace = ?2) and rv > ?3 order by rv",
                        kind.resource(),
                        namespace,
                        number)
                .withHint(HibernateHints.HINT_READ_ONLY, true)
                .page(0, limit)
                .stream()
                .map(row -> row.change(kind))
                .toList();
    }

    /// The number of the newest change from before `end`, or 0.
    long newestBefore(Instant end) {
        return find("at < ?1 order by rv desc", end)
                .project(Numbered.class)
                .firstResultOptional()
                .map(Numbered::rv)
                .orElse(0L);
    }

    /// Forgets the changes up to a number.
    long forget(long upTo) {
        return delete("rv <= ?1", upTo);
    }

    record Numbered(long rv) {}
}
