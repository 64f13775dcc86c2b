package dev.underway.server.store;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/// The tables, brought up to what this version of the server expects before anything else asks the database. Servers
/// that start at once wait for each other (Flyway's own lock).
public final class Schema {
    private Schema() {}

    public static void prepare(String url, String username, String password) throws StoreException {
        try {
            Flyway.configure(Schema.class.getClassLoader())
                    .dataSource(url, username, password)
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new StoreException(
                    StoreException.Reason.UNAVAILABLE, "the tables cannot be made or changed: " + e.getMessage(), e);
        }
    }
}
