package dev.underway.server.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import javax.sql.DataSource;

/// Where a replica hears that another one, or itself, has let somebody in or shut somebody out.
@ApplicationScoped
public class CredentialNews {
    static final String CHANNEL = "underway_credentials";

    /// What is announced when it is about a person; names of hosts are not empty.
    static final String PEOPLE = "";

    private final DataSource database;

    CredentialNews(DataSource database) {
        this.database = database;
    }

    /// What is kept in step. Called by one thread.
    public interface Reader {
        /// Anything may have changed unheard.
        void look() throws StoreException;

        void people() throws StoreException;

        /// The certificates of `host` have changed.
        void host(String host) throws StoreException;
    }

    /// Follows until it is closed; the first [Reader#look] comes soon.
    public AutoCloseable follow(Reader reader) {
        return new Announcements(database, CHANNEL, new Announcements.Hearer() {
            @Override
            public void look() throws StoreException {
                reader.look();
            }

            @Override
            public void heard(List<String> announcements) throws StoreException {
                for (var announcement : announcements.stream().distinct().toList()) {
                    if (announcement.equals(PEOPLE)) {
                        reader.people();
                    } else {
                        reader.host(announcement);
                    }
                }
            }
        });
    }
}
