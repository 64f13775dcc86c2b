package dev.underway.server.store;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What an operator can configure of the server. Defaults are here and nowhere else.
///
/// A key is looked for in the system properties (`-Dunderway.listen.port=…`), in the environment
/// (`UNDERWAY_LISTEN_PORT=…`), and in `config/application.properties` of the working directory, in this order.
@ConfigMapping(prefix = "underway")
public interface ServerConfig {
    /// Where the server keeps its authority, its keys, the administrator's kubeconfig and the embedded database. It is
    /// made when it is missing, readable by its owner only, and belongs to one server at a time.
    @WithDefault("/var/lib/underway-server")
    Path stateDirectory();

    /// Where the server is reached, by people and agents alike. TLS only.
    Listen listen();

    /// The database. Without a URL the server runs a PostgreSQL of its own in the state directory.
    Database database();

    /// How much of the log of changes is kept for those who watch, and how long Events are.
    History history();

    /// How much the people's API takes on at a time.
    Limits limits();

    /// Repositories of Git that this server hosts or pulls.
    Git git();

    /// How long a host may be silent before it counts as lost. Agents are made to call at least every two thirds of it.
    @WithDefault("90s")
    Duration lease();

    /// How long a host's certificate is valid. The agent renews it after two thirds of that time, so that a host may be
    /// away for the last third and still be known; after that it must join again.
    @WithDefault("P365D")
    Duration hostCertificateLife();

    /// The authority of all certificates, which is kept in the database.
    Authority authority();

    interface Listen {
        /// The address to listen on: loopback unless told otherwise; `0.0.0.0` or `::` for all.
        @WithDefault("127.0.0.1")
        String address();

        @WithDefault("7443")
        int port();

        /// Names and addresses by which the server is reached, besides localhost and this machine's name: they are put
        /// into its certificate, and the first one into the administrator's kubeconfig. Comma-separated.
        Optional<List<String>> names();
    }

    interface Authority {
        /// With it, the authority's private key is encrypted in the database; the same on all replicas. Without it,
        /// whoever
        /// may read the server's tables, or a backup of them, can be this server.
        Optional<String> passphrase();
    }

    interface Git {
        /// Where repositories are kept: `git` in the state directory, unless several servers share a directory.
        Optional<Path> directory();

        /// A directory for each name that a GitSource may give in `spec.credentials`, readable by the server only.
        @WithDefault("/etc/underway-server/git")
        Path credentials();

        /// The directory below which `file://` repositories may be pulled from; none without it.
        Optional<Path> files();

        /// Most bytes of one push.
        @WithDefault("268435456")
        long largestPush();

        /// Most bytes of one file in a push.
        @WithDefault("52428800")
        long largestFile();

        /// Pushes, fetches and clones at a time; one more is told to come back.
        @WithDefault("16")
        int transfers();
    }

    interface Database {
        /// `jdbc:postgresql://host:5432/name`, of PostgreSQL 15 or later.
        Optional<String> url();

        Optional<String> username();

        Optional<String> password();
    }

    interface History {
        /// A client that was away for less than this goes on where it stopped; after that it lists again. Not less than
        /// ten minutes, which Kubernetes clients count on.
        @WithDefault("10m")
        Duration keepFor();

        /// As many of the newest changes stay, however old they are.
        @WithDefault("10000")
        int keepAtLeast();

        /// An Event goes when it has not happened again for so long.
        @WithDefault("1h")
        Duration keepEvents();
    }

    interface Limits {
        /// Requests at a time, watches apart; one more is answered with 429.
        @WithDefault("512")
        int requests();

        /// Watches at a time; one more is answered with 429.
        @WithDefault("4096")
        int watches();

        /// A watcher that leaves unread what waits for it for so long is cut off, and so is one that does not answer
        /// for so long when it is asked whether it is there. It may come back and go on where it was.
        @WithDefault("30s")
        Duration unread();

        /// A request of which not all has arrived after so long is answered with 408, and its connection ends; so does
        /// a new connection without a request.
        @WithDefault("30s")
        Duration arrival();
    }
}
