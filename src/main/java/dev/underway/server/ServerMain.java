package dev.underway.server;

import dev.underway.server.StartRefused.Because;
import dev.underway.server.access.AdminKubeconfig;
import dev.underway.server.access.ServerIdentity;
import dev.underway.server.access.SharedAuthority;
import dev.underway.server.store.AuthorityVault;
import dev.underway.server.store.DatabaseDoor;
import dev.underway.server.store.Schema;
import dev.underway.server.store.ServerConfig;
import dev.underway.server.store.StoreException;
import io.netty.bootstrap.ChannelInitializerExtension;
import io.quarkus.runtime.Application;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Starts the server: claims the state directory, makes what is missing in it, brings up the database, and only then
/// Quarkus, with the addresses and files that follow. What an operator got wrong is one sentence and an exit code of
/// its
/// own ([StartRefused.Because]).
@QuarkusMain(name = "server")
public final class ServerMain {
    ServerMain() {}

    public static void main(String[] args) {
        ConfigFiles.mistakes(System.getenv().keySet())
                .forEach(mistake -> System.err.println("underway-server: warning: " + mistake));
        try {
            System.getProperties().putAll(prepare(ConfigFiles.read()));
        } catch (StartRefused refused) {
            System.err.println("underway-server: " + refused.getMessage());
            System.exit(refused.exitCode());
        }
        Quarkus.run(Ready.class, args);
    }

    /// Everything before Quarkus; answers what Quarkus has to know.
    private static Map<String, String> prepare(ServerConfig config) throws StartRefused {
        var claim = StateDirectory.claim(config.stateDirectory());
        releaseAtTheEnd(claim);
        var state = claim.path();
        var listen = config.listen();
        refuseTakenPort(listen);
        var properties = new HashMap<>(database(config, claim));
        try {
            var authority = SharedAuthority.find(
                    vault(properties), state, config.authority().passphrase());
            var identity = ServerIdentity.prepare(state, authority, certifiedNames(listen));
            AdminKubeconfig.prepare(state, address(listen));
            properties.put(
                    "quarkus.tls.key-store.pem.0.cert", identity.certificate().toString());
            properties.put("quarkus.tls.key-store.pem.0.key", identity.key().toString());
            properties.put("quarkus.tls.trust-store.pem.certs", identity.ca().toString());
        } catch (IOException e) {
            throw new StartRefused(
                    Because.STATE_DIRECTORY, "cannot read or make the server's keys in " + state + ": " + words(e), e);
        } catch (StoreException e) {
            throw new StartRefused(Because.DATABASE, e.getMessage(), e);
        }
        // For NewConnections.
        properties.put(ChannelInitializerExtension.EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
        properties.put("quarkus.http.host", listen.address());
        properties.put("quarkus.http.ssl-port", Integer.toString(listen.port()));
        return properties;
    }

    private static void refuseTakenPort(ServerConfig.Listen listen) throws StartRefused {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(listen.address()), listen.port()));
        } catch (UnknownHostException e) {
            throw new StartRefused(
                    Because.CONFIGURATION,
                    "underway.listen.address: " + listen.address() + " is no address of this machine",
                    e);
        } catch (IOException e) {
            throw new StartRefused(
                    Because.PORT,
                    "cannot listen on " + listen.address() + ":" + listen.port() + " (" + e.getMessage()
                            + "): stop what listens there, or set underway.listen.port",
                    e);
        }
    }

    private static Map<String, String> database(ServerConfig config, StateDirectory state) throws StartRefused {
        var database = config.database();
        if (database.url().isPresent()) {
            return database(
                    database.url().get(),
                    database.username().orElse(""),
                    database.password().orElse(""));
        }
        try {
            var postgres = EmbeddedPostgres.start(state.path().resolve("postgres"));
            state.beforeRelease(postgres);
            return database(postgres.jdbcUrl(), postgres.username(), postgres.password());
        } catch (IOException | UncheckedIOException e) {
            throw new StartRefused(Because.DATABASE, String.valueOf(e.getMessage()), e);
        }
    }

    private static Map<String, String> database(String url, String username, String password) throws StartRefused {
        try {
            DatabaseDoor.knock(url, username, password);
            Schema.prepare(url, username, password);
        } catch (StoreException e) {
            throw new StartRefused(Because.DATABASE, e.getMessage() + " (see the keys underway.database.*)", e);
        }
        return Map.of(
                "quarkus.datasource.jdbc.url", url,
                "quarkus.datasource.username", username,
                "quarkus.datasource.password", password);
    }

    /// The sentence of an exception that has one, else what kind it is too.
    private static String words(IOException e) {
        return e.getClass() == IOException.class ? String.valueOf(e.getMessage()) : e.toString();
    }

    private static AuthorityVault vault(Map<String, String> database) {
        return new AuthorityVault(
                database.getOrDefault("quarkus.datasource.jdbc.url", ""),
                database.getOrDefault("quarkus.datasource.username", ""),
                database.getOrDefault("quarkus.datasource.password", ""));
    }

    /// Releases the state directory when the process ends; after Quarkus, which may still write.
    private static void releaseAtTheEnd(StateDirectory state) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            var server = Application.currentApplication();
                            if (server != null) {
                                server.awaitShutdown();
                            }
                            state.close();
                        },
                        "release"));
    }

    private static List<String> names(ServerConfig.Listen listen) {
        return listen.names().orElse(List.of());
    }

    /// What the certificate is for: the names that the operator gave, and the address unless it means all.
    private static List<String> certifiedNames(ServerConfig.Listen listen) {
        return isEverywhere(listen.address())
                ? names(listen)
                : Stream.concat(names(listen).stream(), Stream.of(listen.address()))
                        .toList();
    }

    private static boolean isEverywhere(String address) {
        return address.equals("0.0.0.0") || address.equals("::");
    }

    /// How people reach the server: by its first name, else by the address it listens on, else on this machine.
    private static URI address(ServerConfig.Listen listen) {
        var host = names(listen).isEmpty() ? listen.address() : names(listen).getFirst();
        var name = isEverywhere(host) ? "localhost" : host.contains(":") ? "[" + host + "]" : host;
        return URI.create("https://" + name + ":" + listen.port());
    }

    /// What runs once everything is up.
    @Singleton
    public static final class Ready implements QuarkusApplication {
        private final ServerConfig config;

        Ready(ServerConfig config) {
            this.config = config;
        }

        @Override
        public int run(String... args) {
            System.out.printf(
                    "underway-server: ready at %s, administrator: export KUBECONFIG=%s%n",
                    address(config.listen()), config.stateDirectory().resolve("admin.kubeconfig"));
            Quarkus.waitForExit();
            return 0;
        }
    }
}
