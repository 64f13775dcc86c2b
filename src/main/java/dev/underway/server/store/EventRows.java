package dev.underway.server.store;

import dev.underway.model.Kind;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.jpa.HibernateHints;

/// The log of changes.
@ApplicationScoped
class EventRows implements PanacheRepositoryBase<EventRow, Long> {
    /// Rows that are fetched at a time, of which each may be long.
    private static final int FETCH = 20;

    /// A piece of the log, oldest first. There is nothing else up to `upTo`; `more` when the bound left something out.
    record Piece(List<LogEntry> entries, long upTo, boolean more) {}

    /// How long a piece may become: in entries, and in bytes of their bodies, of which the last one may be over.
    record Bound(int entries, long bytes) {}

    /// The changes after a number; `reached` is the number of the store's last one.
    Piece after(long number, Bound bound, long reached) {
        return read(find("rv > ?1 order by rv", number), bound, reached);
    }

    /// As the other one, of one kind in a namespace (empty: in all).
    Piece after(Kind kind, String namespace, long number, Bound bound, long reached) {
        return read(
                find(
                        "kind = ?1 and (?2 = '' or namespace = ?2) and rv > ?3 order by rv",
                        kind.resource(),
                        namespace,
                        number),
                bound,
                reached);
    }

    private static Piece read(PanacheQuery<EventRow> query, Bound bound, long reached) {
        var entries = new ArrayList<LogEntry>();
        int count = 0;
        long bytes = 0;
        try (var rows = query
                .withHint(HibernateHints.HINT_FETCH_SIZE, FETCH)
                .withHint(HibernateHints.HINT_READ_ONLY, true)
                .page(0, bound.entries())
                .stream()) {
            for (var row : (Iterable<EventRow>) rows::iterator) {
                row.entry().ifPresent(entries::add);
                count++;
                bytes += row.body.length();
                if (count == bound.entries() || bytes >= bound.bytes()) {
                    return new Piece(entries, row.rv, true);
                }
            }
        }
        return new Piece(entries, reached, false);
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
