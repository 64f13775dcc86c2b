package dev.underway.server.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/// Hears from PostgreSQL what other replicas have done (LISTEN/NOTIFY), on a connection of its own. Announcements can
/// be
/// lost with the connection, so the hearer is also told to look for himself at every start of listening and, as a
/// safety net, after every quiet while.
final class Announcements implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Announcements.class);
    private static final Duration QUIET = Duration.ofSeconds(10);
    private static final Duration BEFORE_AGAIN = Duration.ofSeconds(1);

    /// Who wants to know. Called by one thread.
    interface Hearer {
        /// Anything may have happened unheard.
        void look() throws StoreException;

        /// These were announced, in this order; at least one.
        void heard(List<String> announcements) throws StoreException;
    }

    private final DataSource database;
    private final String channel;
    private final Hearer hearer;
    private volatile boolean stopping;

    Announcements(DataSource database, String channel, Hearer hearer) {
        this.database = database;
        this.channel = channel;
        this.hearer = hearer;
        Thread.ofVirtual().name("announcements on " + channel).start(this::run);
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
                        Outage.begins(e);
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
                statement.execute("listen " + channel);
            }
            hearer.look();
            while (!stopping) {
                var heard = connection.unwrap(PGConnection.class).getNotifications((int) QUIET.toMillis());
                if (heard == null || heard.length == 0) {
                    hearer.look();
                } else {
                    hearer.heard(Arrays.stream(heard)
                            .map(PGNotification::getParameter)
                            .toList());
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
