package dev.underway.server.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongConsumer;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.postgresql.PGConnection;

/// Hears from PostgreSQL how far the store has come through other replicas (LISTEN/NOTIFY), on a connection of its own.
/// Announcements can be lost with the connection, so the store is also asked at every start of listening and, as a
/// safety net, after every quiet while.
final class Announcements implements AutoCloseable {
    static final String CHANNEL = "underway_store";

    private static final Logger LOG = Logger.getLogger(Announcements.class);
    private static final Duration QUIET = Duration.ofSeconds(10);
    private static final Duration BEFORE_AGAIN = Duration.ofSeconds(1);

    /// Asks the store how far it has come.
    @FunctionalInterface
    interface Question {
        long current() throws StoreException;
    }

    private final DataSource database;
    private final Question question;
    private final LongConsumer reached;
    private volatile boolean stopping;

    Announcements(DataSource database, Question question, LongConsumer reached) {
        this.database = database;
        this.question = question;
        this.reached = reached;
        Thread.ofVirtual().name("announcements").start(this::run);
    }

    /// Ends when the connection does, with the pool it came from.
    @Override
    public void close() {
        stopping = true;
    }

    private void run() {
        try {
            while (!stopping) {
                try {
                    listen();
                } catch (SQLException | StoreException e) {
                    if (!stopping) {
                        LOG.warnf("lost touch with other replicas, trying again reason=%s", e.getMessage());
                        Thread.sleep(BEFORE_AGAIN);
                    }
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted: no longer listening");
        }
    }

    private void listen() throws SQLException, StoreException {
        var connection = database.getConnection();
        try {
            try (var statement = connection.createStatement()) {
                statement.execute("listen " + CHANNEL);
            }
            reached.accept(question.current());
            while (!stopping) {
                var heard = connection.unwrap(PGConnection.class).getNotifications((int) QUIET.toMillis());
                if (heard == null || heard.length == 0) {
                    reached.accept(question.current());
                } else {
                    reached.accept(Long.parseLong(heard[heard.length - 1].getParameter()));
                }
            }
        } finally {
            // At the end the pool has closed it, and would warn of a second time.
            if (!stopping) {
                connection.close();
            }
        }
    }
}
