package dev.underway.server.access;

import dev.underway.server.store.AuthorityVault;
import dev.underway.server.store.AuthorityVault.Kept;
import dev.underway.server.store.ServerConfig;
import dev.underway.server.store.StoreException;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Finds the one authority of a store, or makes it: in the database, where all replicas find the same.
///
/// A state directory from before the authority was there gives its own (`ca.pem` and `ca.key`) to a database that has
/// none, so that every host stays joined. `ca.pem` stays in each state directory as a copy for TLS and for people; the
/// private key does not.
public final class SharedAuthority {
    private static final Logger LOG = Logger.getLogger(SharedAuthority.class);

    private SharedAuthority() {}

    @Produces
    @Singleton
    static CertificateAuthority forTheServer(AuthorityVault vault, ServerConfig config)
            throws IOException, StoreException {
        return find(vault, config.stateDirectory(), config.authority().passphrase());
    }

    /// Throws, with a sentence for the operator, when the key cannot be read or the authority is lost.
    public static CertificateAuthority find(AuthorityVault vault, Path stateDirectory, Optional<String> passphrase)
            throws IOException, StoreException {
        var local = local(stateDirectory);
        var kept = vault.keep(current ->
                current == null ? sealed(first(local, stateDirectory), passphrase) : resealed(current, passphrase));
        var authority = open(kept, passphrase);
        var file = CertificateAuthority.certificateFile(stateDirectory);
        if (!Files.exists(file) || !Pem.certificate(file).equals(authority.certificate())) {
            Pem.write(file, authority.pem());
        }
        putAway(local, authority, keyFile(stateDirectory));
        return authority;
    }

    /// The state directory's own authority; null when it has none, or only the copy.
    private static @Nullable CertificateAuthority local(Path stateDirectory) throws IOException {
        var certificate = CertificateAuthority.certificateFile(stateDirectory);
        var key = keyFile(stateDirectory);
        return Files.exists(certificate) && Files.exists(key)
                ? new CertificateAuthority(Pem.certificate(certificate), Pem.ecKey(Files.readString(key)))
                : null;
    }

    private static CertificateAuthority first(@Nullable CertificateAuthority local, Path stateDirectory)
            throws IOException {
        if (local != null) {
            return local;
        }
        var copy = CertificateAuthority.certificateFile(stateDirectory);
        if (Files.exists(copy)) {
            throw new IOException("the database has no authority, but hosts may trust the one in " + copy
                    + ": restore the database from a backup, or remove " + copy
                    + " to make a new authority, after which every host must join again");
        }
        return CertificateAuthority.create(Instant.now());
    }

    private static Kept sealed(CertificateAuthority authority, Optional<String> passphrase) {
        return new Kept(authority.pem(), SealedKey.seal(authority.key(), passphrase));
    }

    /// A passphrase that is set later encrypts the key from then on.
    private static Kept resealed(Kept kept, Optional<String> passphrase) throws IOException {
        return passphrase.isPresent() && !SealedKey.isEncrypted(kept.key())
                ? sealed(open(kept, passphrase), passphrase)
                : kept;
    }

    private static CertificateAuthority open(Kept kept, Optional<String> passphrase) throws IOException {
        return new CertificateAuthority(Pem.certificateOf(kept.certificate()), SealedKey.open(kept.key(), passphrase));
    }

    private static void putAway(@Nullable CertificateAuthority local, CertificateAuthority authority, Path keyFile)
            throws IOException {
        if (local == null) {
            return;
        }
        if (local.certificate().equals(authority.certificate())) {
            Files.delete(keyFile);
            LOG.infov("the authority is in the database now: removed={0}", keyFile);
        } else {
            var aside = keyFile.resolveSibling("ca.key.unused");
            Files.move(keyFile, aside, StandardCopyOption.REPLACE_EXISTING);
            LOG.warnv(
                    "the database has another authority than this state directory, and it is the one that counts; hosts"
                            + " that joined here by the old one must join again: putAside={0}",
                    aside);
        }
    }

    private static Path keyFile(Path stateDirectory) {
        return stateDirectory.resolve("ca.key");
    }
}
