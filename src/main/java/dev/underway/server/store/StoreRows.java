package dev.underway.server.store;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.UUID;

/// The counter and the name of the store.
@ApplicationScoped
class StoreRows implements PanacheRepositoryBase<StoreRow, Boolean> {
    /// How far the store has come, and how far back its log reaches.
    record Moment(UUID uid, long rv, long compacted) {}

    Moment read() {
        return find("one").project(Moment.class).singleResult();
    }

    /// The row, to be changed, with everyone else kept from it until this transaction ends.
    StoreRow lock() {
        return findById(true, LockModeType.PESSIMISTIC_WRITE);
    }

    /// Tells the other replicas, when this transaction commits, that the store has reached `number`.
    void announce(long number) {
        getEntityManager()
                .createNativeQuery("select cast(pg_notify(:channel, :number) as text)")
                .setParameter("channel", PostgresStore.CHANNEL)
                .setParameter("number", Long.toString(number))
                .getSingleResult();
    }

    /// Lets all reads of this transaction, which must not have read yet, see one moment of the store.
    void pinMoment() {
        getEntityManager()
                .createNativeQuery("set transaction isolation level repeatable read, read only")
                .executeUpdate();
    }
}
