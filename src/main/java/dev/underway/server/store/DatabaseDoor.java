package dev.underway.server.store;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/// Knocks at a database before anything is built on it, so that a wrong address or password is one sentence.
public final class DatabaseDoor {
    private static final int OLDEST = 15;
    private static final String SECONDS = "10";

    private DatabaseDoor() {}

    /// Throws, with a sentence for the operator, when nobody opens or when it is too old a PostgreSQL.
    public static void knock(String url, String username, String password) throws StoreException {
        var properties = new Properties();
        properties.setProperty("user", username);
        properties.setProperty("password", password);
        properties.setProperty("loginTimeout", SECONDS);
        try (var connection = DriverManager.getConnection(url, properties)) {
            var version = connection.getMetaData().getDatabaseMajorVersion();
            if (version < OLDEST) {
                throw new StoreException(
                        StoreException.Reason.UNAVAILABLE,
                        "the database is PostgreSQL " + version + ", and " + OLDEST + " or later is needed");
            }
        } catch (SQLException e) {
            throw new StoreException(
                    StoreException.Reason.UNAVAILABLE, "the database does not let us in: " + firstLine(e), e);
        }
    }

    /// Below it, PostgreSQL says where in its sources it said so.
    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
