package dev.underway.server.store;

import dev.underway.model.Kind;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.hibernate.jpa.HibernateHints;

/// The resources as they are now.
@ApplicationScoped
class ResourceRows implements PanacheRepositoryBase<ResourceRow, ResourceRow.Id> {
    private static final int FETCH = 500;

    Optional<Resource> read(Resource.Key key) {
        return findByIdOptional(ResourceRow.Id.of(key)).map(row -> row.resource(key.kind()));
    }

    /// The rows that exist of these keys, locked until the transaction ends. The order in which they are locked is the
    /// same in every replica, so that two do not wait for each other.
    List<ResourceRow> lock(Collection<Resource.Key> keys) {
        return getSession()
                .createNativeQuery("""
                        select * from resource
                        where (kind, namespace, name) in (
                            select * from unnest(cast(:kinds as text[]), cast(:namespaces as text[]), cast(:names as text[])))
                        order by kind, namespace, name
                        for update
                        """, ResourceRow.class)
                .setParameter("kinds", column(keys, key -> key.kind().resource()))
                .setParameter("namespaces", column(keys, Resource.Key::namespace))
                .setParameter("names", column(keys, Resource.Key::name))
                .getResultList();
    }

    /// The resources of a kind in a namespace (empty: in all) that come after a place, ordered by namespace and name.
    Stream<Resource> after(Kind kind, String namespace, Place place) {
        return rowsAfter(kind, namespace, place)
                .withHint(HibernateHints.HINT_FETCH_SIZE, FETCH)
                .withHint(HibernateHints.HINT_READ_ONLY, true)
                .stream()
                .map(row -> row.resource(kind));
    }

    long countAfter(Kind kind, String namespace, Place place) {
        return rowsAfter(kind, namespace, place).count();
    }

    /// At most `limit` resources of a kind that nobody has written since `end`, those first that are so the longest.
    List<Resource> notWrittenSince(Kind kind, Instant end, int limit) {
        return find("id.kind = ?1 and written < ?2 order by written", kind.resource(), end)
                .withHint(HibernateHints.HINT_READ_ONLY, true)
                .page(0, limit)
                .stream()
                .map(row -> row.resource(kind))
                .toList();
    }

    private PanacheQuery<ResourceRow> rowsAfter(Kind kind, String namespace, Place place) {
        return find(
                "id.kind = ?1 and (?2 = '' or id.namespace = ?2)"
                        + " and (id.namespace > ?3 or id.namespace = ?3 and id.name > ?4)"
                        + " order by id.namespace, id.name",
                kind.resource(),
                namespace,
                place.namespace(),
                place.name());
    }

    private static String[] column(Collection<Resource.Key> keys, Function<Resource.Key, String> part) {
        return keys.stream().map(part).toArray(String[]::new);
    }
}
