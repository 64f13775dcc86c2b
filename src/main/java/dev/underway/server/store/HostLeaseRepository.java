package dev.underway.server.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;

/// When hosts were last heard of, by any replica.
@ApplicationScoped
public class HostLeaseRepository {
    private static final String RENEW = """
            insert into host_lease as l (host, seen_at)
            select * from unnest(?::text[], ?::timestamptz[])
            on conflict (host) do update set seen_at = greatest(l.seen_at, excluded.seen_at)
            """;
    private static final String OF = "select host, seen_at from host_lease where host = any(?)";
    private static final String REMOVE = "delete from host_lease where host = ?";

    private final DataSource database;

    HostLeaseRepository(DataSource database) {
        this.database = database;
    }

    /// Writes many in one statement; an older time never replaces a newer one.
    public void renew(Map<String, Instant> seen) throws StoreException {
        // Rows are locked in one order, so that two replicas never wait for each other.
        var hosts = seen.keySet().stream().sorted().toArray(String[]::new);
        var times = new Timestamp[hosts.length];
        for (int i = 0; i < hosts.length; i++) {
            times[i] = Timestamp.from(seen.getOrDefault(hosts[i], Instant.EPOCH));
        }
        try (var connection = database.getConnection();
                var statement = connection.prepareStatement(RENEW)) {
            statement.setArray(1, connection.createArrayOf("text", hosts));
            statement.setArray(2, connection.createArrayOf("timestamptz", times));
            statement.executeUpdate();
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    /// Of those among `hosts` that were ever heard of.
    public Map<String, Instant> of(Collection<String> hosts) throws StoreException {
        try (var connection = database.getConnection();
                var statement = connection.prepareStatement(OF)) {
            statement.setArray(1, connection.createArrayOf("text", hosts.toArray(String[]::new)));
            var seen = new HashMap<String, Instant>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    seen.put(rows.getString(1), rows.getTimestamp(2).toInstant());
                }
            }
            return seen;
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    public void remove(String host) throws StoreException {
        try (var connection = database.getConnection();
                var statement = connection.prepareStatement(REMOVE)) {
            statement.setString(1, host);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    private static StoreException unavailable(SQLException e) {
        return new StoreException(StoreException.Reason.UNAVAILABLE, "the database cannot be reached", e);
    }
}
