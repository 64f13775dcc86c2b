package dev.underway.server.store;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.narayana.jta.QuarkusTransactionException;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Runs work in a transaction of its own, and tells a lost race from a lost database.
final class Transactions {
    /// Serialization failure, deadlock, a row that another replica has inserted first (PostgreSQL, appendix A).
    private static final Set<String> LOST_RACES = Set.of("40001", "40P01", "23505");

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
                if (attempt == ATTEMPTS || failure == null || !LOST_RACES.contains(failure.getSQLState())) {
                    throw Outage.refused(e);
                }
            }
        }
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
