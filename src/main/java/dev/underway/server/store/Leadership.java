package dev.underway.server.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/// The right to do a piece of work that only one replica may do at a time: an advisory lock of PostgreSQL, held by
/// a connection of its own. When the replica or its connection dies, the database gives the lock to the next who
/// asks.
public final class Leadership implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Leadership.class);
    private static final String TAKE = "select pg_try_advisory_lock(hashtext('leadership'), hashtext(?))";
    private static final String GIVE_UP = "select pg_advisory_unlock_all()";
    private static final int CHECK_SECONDS = 5;

    private final String work;
    private final Connection connection;

    private Leadership(String work, Connection connection) {
        this.work = work;
        this.connection = connection;
    }

    static Optional<Leadership> take(DataSource database, String work) {
        try {
            var connection = database.getConnection();
            boolean leads = false;
            try {
                leads = locked(connection, work);
            } finally {
                if (!leads) {
                    connection.close();
                }
            }
            if (leads) {
                LOG.infov("leading: work={0}", work);
                return Optional.of(new Leadership(work, connection));
            }
        } catch (SQLException e) {
            Outage.begins(e);
        }
        return Optional.empty();
    }

    /// Whether the connection that holds the lock still lives.
    public boolean holds() {
        try {
            return connection.isValid(CHECK_SECONDS);
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try (connection;
                var statement = connection.createStatement()) {
            statement.execute(GIVE_UP);
            LOG.infov("no longer leading: work={0}", work);
        } catch (SQLException e) {
            LOG.infov("lost the lead: work={0} sqlstate={1}", work, e.getSQLState());
        }
    }

    private static boolean locked(Connection connection, String work) throws SQLException {
        try (var statement = connection.prepareStatement(TAKE)) {
            statement.setString(1, work);
            try (var rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }
}
