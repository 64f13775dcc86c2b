package dev.underway.server.gitops;

import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.jgit.errors.UnsupportedCredentialItem;
import org.eclipse.jgit.internal.transport.sshd.OpenSshServerKeyDatabase;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.jspecify.annotations.Nullable;

/// What the operator of the server has put into a directory for repositories elsewhere: `url`, and as needed
/// `username`,
/// `password`, `ca.crt`, `ssh-key`, `known_hosts` and `webhook-secret`, each a file.
///
/// `url` says for which addresses it may be used, a beginning on each line: whoever writes a GitSource chooses the
/// address, and shall not be able to send a secret wherever he likes.
final class GitCredentials {
    static final GitCredentials NONE = new GitCredentials(null, "");

    private final @Nullable Path directory;
    private final String url;

    /// The credentials cannot be used; the message says what to do.
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        Unusable(String message) {
            super(message);
        }
    }

    private GitCredentials(@Nullable Path directory, String url) {
        this.directory = directory;
        this.url = url;
    }

    /// Of a directory, for an address.
    static GitCredentials of(Path directory, String url) throws Unusable {
        var credentials = new GitCredentials(directory, url);
        if (!Files.isDirectory(directory)) {
            throw new Unusable("spec.credentials: there is no directory " + directory + " on the server");
        }
        var allowed = credentials.text("url");
        if (allowed == null) {
            throw new Unusable("spec.credentials: " + directory.resolve("url")
                    + " is missing; it must say for which addresses they may be used, a beginning on each line");
        }
        if (allowed.lines().map(String::strip).noneMatch(start -> begins(url, start))) {
            throw new Unusable("spec.credentials: " + directory.resolve("url") + " does not allow " + url);
        }
        return credentials;
    }

    /// Whole parts count: `https://git.example.com` is no beginning of `https://git.example.com.evil.org/`.
    private static boolean begins(String url, String start) {
        return !start.isEmpty()
                && url.startsWith(start)
                && (start.endsWith("/") || url.length() == start.length() || url.charAt(start.length()) == '/');
    }

    /// The secret with which a webhook is signed, null when there is none.
    @Nullable
    String webhookSecret() throws Unusable {
        return text("webhook-secret");
    }

    private @Nullable String text(String name) throws Unusable {
        if (directory == null) {
            return null;
        }
        try {
            return Files.readString(directory.resolve(name)).strip();
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new Unusable("spec.credentials: cannot read " + directory.resolve(name) + ": " + e.getMessage());
        }
    }

    /// User and password, for https.
    CredentialsProvider provider() throws Unusable {
        var username = text("username");
        var password = text("password");
        return new CredentialsProvider() {
            @Override
            public boolean isInteractive() {
                return false;
            }

            @Override
            public boolean supports(CredentialItem... items) {
                return password != null
                        && Arrays.stream(items)
                                .allMatch(item -> item instanceof CredentialItem.Username
                                        || item instanceof CredentialItem.Password);
            }

            @Override
            public boolean get(URIish uri, CredentialItem... items) {
                if (!isSameServer(uri)) {
                    return false;
                }
                for (var item : items) {
                    switch (item) {
                        case CredentialItem.Username user -> user.setValue(username == null ? "git" : username);
                        case CredentialItem.Password secret
                        when password != null -> secret.setValue(password.toCharArray());
                        default -> throw new UnsupportedCredentialItem(uri, item.getPromptText());
                    }
                }
                return password != null;
            }
        };
    }

    /// Whoever is sent elsewhere by the server gets nothing there.
    private boolean isSameServer(URIish asking) {
        try {
            var own = new URIish(url);
            return String.valueOf(own.getHost()).equals(asking.getHost())
                    && own.getPort() == asking.getPort()
                    && String.valueOf(own.getScheme()).equals(asking.getScheme());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /// Connections that trust `ca.crt`, when it is there, instead of the machine's authorities.
    HttpConnectionFactory connections() throws Unusable {
        var managers = trustManagers();
        var plain = new JDKHttpConnectionFactory();
        return new HttpConnectionFactory() {
            @Override
            public HttpConnection create(URL url) throws IOException {
                return trusting(plain.create(url));
            }

            @Override
            public HttpConnection create(URL url, Proxy proxy) throws IOException {
                return trusting(plain.create(url, proxy));
            }

            private HttpConnection trusting(HttpConnection connection) throws IOException {
                if (managers != null) {
                    try {
                        connection.configure(null, managers, null);
                    } catch (GeneralSecurityException e) {
                        throw new IOException(e);
                    }
                }
                return connection;
            }
        };
    }

    private TrustManager @Nullable [] trustManagers() throws Unusable {
        if (directory == null || !Files.exists(directory.resolve("ca.crt"))) {
            return null;
        }
        try (InputStream in = Files.newInputStream(directory.resolve("ca.crt"))) {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca" + number++, certificate);
            }
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (IOException | GeneralSecurityException e) {
            throw new Unusable(
                    "spec.credentials: " + directory.resolve("ca.crt") + " cannot be used: " + e.getMessage());
        }
    }

    /// SSH with the key, to hosts that are known. To be closed.
    SshdSessionFactory sessions() throws Unusable {
        if (directory == null) {
            throw new Unusable("ssh needs spec.credentials, with ssh-key and known_hosts");
        }
        for (var name : List.of("ssh-key", "known_hosts")) {
            if (!Files.isReadable(directory.resolve(name))) {
                throw new Unusable("spec.credentials: " + directory.resolve(name) + " is missing; ssh needs it");
            }
        }
        SshCryptography.prepare();
        ServerKeyDatabase known = new OpenSshServerKeyDatabase(false, List.of(directory.resolve("known_hosts")));
        return new SshdSessionFactoryBuilder()
                .setHomeDirectory(directory.toFile())
                .setSshDirectory(directory.toFile())
                .setConfigStoreFactory((_, _, _) -> null)
                .setPreferredAuthentications("publickey")
                .setDefaultIdentities(_ -> List.of(directory.resolve("ssh-key")))
                .setServerKeyDatabase((_, _) -> known)
                .build(null);
    }
}
