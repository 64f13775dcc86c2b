package dev.underway.server.store;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;

/// The counter and the name of the store.
@ApplicationScoped
class StoreRows implements PanacheRepositoryBase<StoreRow, Boolean> {
    StoreRow read() {
        return findById(true);
    }

    /// Reads it and keeps everyone else from taking numbers until this transaction ends.
    StoreRow lock() {
        return findById(true, LockModeType.PESSIMISTIC_WRITE);
    }

    /// Tells the other replicas, when this transaction commits, that the store has reached `number`.
    void announce(long number) {
        getEntityManager()
                .createNativeQuery("select cast(pg_notify(:channel, :number) as text)")
                .setParameter("channel", Announcements.CHANNEL)
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
