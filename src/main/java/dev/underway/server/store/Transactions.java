package dev.underway.server.store;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.narayana.jta.QuarkusTransactionException;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Runs work in a transaction of its own, and tells a lost race from a lost database, and both from a value that the
/// database cannot hold.
final class Transactions {
    /// Serialization failure, deadlock, a row that another replica has inserted first (PostgreSQL, appendix A).
    private static final Set<String> LOST_RACES = Set.of("40001", "40P01", "23505");

    /// Classes of what is wrong with a value: data exception, integrity constraint violation, and program limit
    /// exceeded, such as a name too long for an index (PostgreSQL, appendix A).
    private static final Set<String> UNSTORABLE = Set.of("22", "23", "54");

    private static final int ATTEMPTS = 10;

    private Transactions() {}

    @FunctionalInterface
    interface Work<T> {
        T run() throws StoreException;
    }

    /// Does the work, again if another replica was faster. A StoreException that it throws undoes it.
    static <T> T run(Work<T> work) throws StoreException {
        for (var attempt = 1; ; attempt++) {
            try {
                var answer = QuarkusTransaction.requiringNew().call(work::run);
                Outage.isOver();
                return answer;
            } catch (RuntimeException e) {
                var refused = cause(e, StoreException.class);
                if (refused != null) {
                    throw refused;
                }
                var failure = cause(e, SQLException.class);
                if (failure == null
                        && !(e instanceof PersistenceException)
                        && !(e instanceof QuarkusTransactionException)) {
                    throw e;
                }
                var state = failure == null ? "" : String.valueOf(failure.getSQLState());
                if (attempt < ATTEMPTS && LOST_RACES.contains(state)) {
                    continue;
                }
                throw refused(state, e);
            }
        }
    }

    private static StoreException refused(String state, RuntimeException failure) {
        return state.length() == 5 && !LOST_RACES.contains(state) && UNSTORABLE.contains(state.substring(0, 2))
                ? new StoreException(
                        StoreException.Reason.UNSTORABLE, "the database can hold no such name or text", failure)
                : Outage.refused(failure);
    }

    private static <T extends Throwable> @Nullable T cause(Throwable e, Class<T> type) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }
}
