package dev.underway.server.access;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What the server shows to its callers: PEM files in the state directory. `certificate` is a chain that ends with
/// the authority, so that an agent that knows only the authority's hash can check it; `ca` is the authority alone,
/// and what client certificates are checked against.
public record ServerIdentity(Path certificate, Path key, Path ca) {
    /// Looked at only when the server starts, so generous: half a year of running without a restart.
    private static final Duration RENEW_BEFORE_END = Duration.ofDays(182);

    /// Makes the server's certificate when there is none, when it nears its end, is another authority's, or when it
    /// is not for exactly these names: `names`, localhost, its addresses, and this machine's name.
    public static ServerIdentity prepare(Path stateDirectory, CertificateAuthority authority, List<String> names)
            throws IOException {
        return prepare(stateDirectory, authority, names, Instant.now());
    }

    static ServerIdentity prepare(Path stateDirectory, CertificateAuthority authority, List<String> names, Instant now)
            throws IOException {
        var identity = new ServerIdentity(
                stateDirectory.resolve("server.pem"),
                stateDirectory.resolve("server.key"),
                CertificateAuthority.certificateFile(stateDirectory));
        var all = allNames(names);
        if (!identity.stillGood(authority, all, now)) {
            var pair = CertificateAuthority.newKeyPair();
            var certificate = authority.server(pair.getPublic(), List.copyOf(all), now);
            // Without its certificate a key is nothing: a crash between the two makes both anew.
            Files.deleteIfExists(identity.certificate);
            Pem.write(identity.key, Pem.of(pair.getPrivate()));
            Pem.write(identity.certificate, Pem.of(certificate) + authority.pem());
        }
        return identity;
    }

    private boolean stillGood(CertificateAuthority authority, Set<String> names, Instant now) throws IOException {
        if (!Files.exists(certificate) || !Files.exists(key)) {
            return false;
        }
        var current = Pem.certificate(certificate);
        try {
            current.verify(authority.certificate().getPublicKey());
        } catch (GeneralSecurityException e) {
            return false;
        }
        return now.plus(RENEW_BEFORE_END).isBefore(current.getNotAfter().toInstant())
                && canonical(alternatives(current)).equals(canonical(names));
    }

    private static Set<String> allNames(List<String> names) {
        var all = new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "::1"));
        try {
            all.add(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            // A machine without a resolvable name is reached by the names that the operator gave.
        }
        all.addAll(names);
        return all;
    }

    private static List<String> alternatives(X509Certificate certificate) {
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            return alternatives == null
                    ? List.of()
                    : alternatives.stream()
                            .map(alternative -> Objects.toString(new ArrayList<>(alternative).get(1)))
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    /// One spelling for each name: `::1` comes back from a certificate as `0:0:0:0:0:0:0:1`.
    private static Set<String> canonical(Collection<String> names) {
        return names.stream()
                .map(name -> name.contains(":") ? InetAddress.ofLiteral(name).getHostAddress() : name)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
