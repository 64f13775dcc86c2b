package dev.underway.server.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import javax.sql.DataSource;

/// Where a replica asks for the lead of a piece of work, so that nobody outside the store needs the database for it.
@ApplicationScoped
public class Elections {
    private final DataSource database;

    Elections(DataSource database) {
        this.database = database;
    }

    /// Takes the lead of `work`, unless another replica has it or the database cannot be reached.
    public Optional<Leadership> take(String work) {
        return Leadership.take(database, work);
    }
}
