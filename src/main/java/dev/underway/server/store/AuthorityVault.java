package dev.underway.server.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Where the one authority of a store is kept: a table of one row that no API serves and no log of changes mentions.
///
/// Used before the server runs, because TLS needs the authority, and so by plain JDBC; [Schema] has made the table.
@Singleton
public final class AuthorityVault {
    private static final String LOCK = "select pg_advisory_xact_lock(hashtext('authority'))";
    private static final String READ = "select certificate, key from authority";
    private static final String WRITE = "insert into authority (certificate, key) values (?, ?)"
            + " on conflict (one) do update set certificate = excluded.certificate, key = excluded.key";

    private interface Door {
        Connection open() throws SQLException;
    }

    /// Certificate and private key, both PEM.
    public record Kept(String certificate, String key) {
        /// Without the key.
        @Override
        public String toString() {
            return "Kept[certificate]";
        }
    }

    /// What is to be kept, given what is: null at the very first start.
    public interface Decision {
        Kept of(@Nullable Kept now) throws IOException;
    }

    private final Door door;

    public AuthorityVault(String url, String username, String password) {
        this.door = () -> DriverManager.getConnection(url, username, password);
    }

    @Inject
    AuthorityVault(DataSource database) {
        this.door = database::getConnection;
    }

    /// Decides what is kept and answers it. Of servers that start at once, the second decides on what the first has
    /// kept.
    public Kept keep(Decision decision) throws StoreException, IOException {
        try (var connection = door.open()) {
            connection.setAutoCommit(false);
            try {
                var kept = keep(connection, decision);
                connection.commit();
                return kept;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new StoreException(
                    StoreException.Reason.UNAVAILABLE, "cannot read the authority: " + e.getMessage(), e);
        }
    }

    private static Kept keep(Connection connection, Decision decision) throws SQLException, IOException {
        try (var statement = connection.createStatement()) {
            statement.execute(LOCK);
            Kept now = null;
            try (var rows = statement.executeQuery(READ)) {
                if (rows.next()) {
                    now = new Kept(rows.getString(1), rows.getString(2));
                }
            }
            var decided = decision.of(now);
            if (!decided.equals(now)) {
                try (var write = connection.prepareStatement(WRITE)) {
                    write.setString(1, decided.certificate());
                    write.setString(2, decided.key());
                    write.executeUpdate();
                }
            }
            return decided;
        }
    }
}
