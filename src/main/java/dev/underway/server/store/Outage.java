package dev.underway.server.store;

import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/// The time in which the database cannot be asked. Its beginning and its end are a line each in the log, however often
/// and from however many places it is tried in between; whoever needs the database is told UNAVAILABLE and need not say
/// so again.
public final class Outage {
    private static final Logger LOG = Logger.getLogger(Outage.class);
    /// Of this process, as its database is.
    private static final AtomicBoolean ON = new AtomicBoolean();

    private Outage() {}

    /// Does `work`; what the database cannot do becomes UNAVAILABLE.
    public static <T> T guard(Supplier<T> work) throws StoreException {
        try {
            var answer = work.get();
            isOver();
            return answer;
        } catch (RuntimeException e) {
            if (isOne(e)) {
                throw refused(e);
            }
            throw e;
        }
    }

    /// As [#guard], for work without an answer.
    public static void run(Runnable work) throws StoreException {
        guard(() -> {
            work.run();
            return true;
        });
    }

    /// What to tell who needed the database, after `failure`.
    static StoreException refused(Exception failure) {
        begins(failure);
        return new StoreException(
                StoreException.Reason.UNAVAILABLE, "the database does not answer as it should", failure);
    }

    static void begins(Exception failure) {
        if (ON.compareAndSet(false, true)) {
            LOG.warnv("the database does not answer, trying again until it does: reason={0}", words(failure));
        } else {
            LOG.debugv(failure, "the database still does not answer");
        }
    }

    static void isOver() {
        if (ON.get() && ON.compareAndSet(true, false)) {
            LOG.info("the database answers again");
        }
    }

    /// Whether the database, or the way to it, is what failed.
    private static boolean isOne(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException || cause instanceof PersistenceException) {
                return true;
            }
        }
        return false;
    }

    /// The driver's own words, in one line.
    private static String words(Throwable failure) {
        var words = String.valueOf(failure.getMessage());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException && cause.getMessage() != null) {
                words = cause.getMessage();
            }
        }
        return words.lines().findFirst().orElse("");
    }
}
