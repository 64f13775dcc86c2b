package dev.underway.server.gitops;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.underway.model.GitSourceSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.bc.BcPGPPublicKeyRingCollection;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.GpgConfig;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.SignatureVerifier;
import org.eclipse.jgit.signing.ssh.SshSignatureVerifierFactory;
import org.jspecify.annotations.Nullable;

/// The public keys that a source trusts, of OpenPGP and of SSH. To be closed: JGit reads SSH keys from a file.
final class TrustedKeys implements AutoCloseable {
    private static final String SSH = "-----BEGIN SSH SIGNATURE-----";
    private static final String PGP = "-----BEGIN PGP SIGNATURE-----";
    private static final Set<Integer> BROKEN = Set.of(HashAlgorithmTags.MD5, HashAlgorithmTags.SHA1);

    private final Repository repository;
    private final List<PGPPublicKeyRing> rings;
    private final Path allowedSigners;
    private final SignatureVerifier ssh = new SshSignatureVerifierFactory().create();

    private TrustedKeys(Repository repository, List<PGPPublicKeyRing> rings, Path allowedSigners) {
        this.repository = repository;
        this.rings = rings;
        this.allowedSigners = allowedSigners;
    }

    /// Throws when one of them cannot be read; the message names it.
    static TrustedKeys of(Repository repository, List<GitSourceSpec.Key> keys) throws IOException {
        SshCryptography.prepare();
        var rings = new ArrayList<PGPPublicKeyRing>();
        for (var key : keys) {
            if (!isSsh(key)) {
                rings.addAll(rings(key));
            }
        }
        var file = Files.createTempFile("underway-signers", "");
        Files.write(
                file,
                keys.stream()
                        .filter(TrustedKeys::isSsh)
                        .map(key -> "* namespaces=\"git\" " + key.key().strip())
                        .toList());
        return new TrustedKeys(repository, rings, file);
    }

    private static boolean isSsh(GitSourceSpec.Key key) {
        return !key.key().strip().startsWith("-----");
    }

    private static List<PGPPublicKeyRing> rings(GitSourceSpec.Key key) throws IOException {
        try (var in =
                PGPUtil.getDecoderStream(new ByteArrayInputStream(key.key().getBytes(UTF_8)))) {
            var rings = new ArrayList<PGPPublicKeyRing>();
            new BcPGPPublicKeyRingCollection(in).getKeyRings().forEachRemaining(rings::add);
            return rings;
        } catch (IOException | PGPException | RuntimeException e) {
            throw new IOException(
                    "the key " + key.name() + " in spec.verify.keys cannot be read: " + e.getMessage(), e);
        }
    }

    /// What is wrong with the signature of a commit, null when one of the keys made it.
    ///
    /// @param raw the commit as git stores it
    @Nullable
    String problem(byte[] raw) throws IOException {
        var commit = SignedCommit.of(raw);
        if (commit.signature() == null) {
            return "is not signed";
        }
        var text = new String(commit.signature(), UTF_8).strip();
        if (text.startsWith(SSH)) {
            return bySsh(commit.payload(), commit.signature());
        }
        if (text.startsWith(PGP)) {
            return byPgp(commit.payload(), commit.signature());
        }
        return "is signed in a way that is not known here; OpenPGP and SSH are";
    }

    private @Nullable String bySsh(byte[] payload, byte[] signature) throws IOException {
        var config = new Config();
        config.setString("gpg", "ssh", "allowedSignersFile", allowedSigners.toString());
        var verified = ssh.verify(repository, new GpgConfig(config), payload, signature);
        return verified != null && verified.verified() && verified.keyUser() != null
                ? null
                : "is signed by an SSH key that is not trusted, or not rightly"
                        + (verified == null ? "" : ": " + verified.keyFingerprint());
    }

    private @Nullable String byPgp(byte[] payload, byte[] armored) {
        try (var in = PGPUtil.getDecoderStream(new ByteArrayInputStream(armored))) {
            if (!(new BcPGPObjectFactory(in).nextObject() instanceof PGPSignatureList signatures)
                    || signatures.isEmpty()) {
                return "has an OpenPGP signature that cannot be read";
            }
            var signature = signatures.get(0);
            var key = key(signature.getKeyID());
            if (key == null) {
                return "is signed by the OpenPGP key " + Long.toHexString(signature.getKeyID())
                        + ", which is not trusted";
            }
            if (BROKEN.contains(signature.getHashAlgorithm())) {
                return "is signed over a hash that is broken; sign with SHA-256 or better";
            }
            if (!holds(key, signature)) {
                return "is signed by an OpenPGP key that is revoked, or was expired then";
            }
            signature.init(new BcPGPContentVerifierBuilderProvider(), key);
            signature.update(payload);
            return signature.verify() ? null : "has an OpenPGP signature that does not fit it";
        } catch (IOException | PGPException | RuntimeException e) {
            return "has an OpenPGP signature that cannot be read: " + e.getMessage();
        }
    }

    private @Nullable PGPPublicKey key(long id) {
        return rings.stream()
                .map(ring -> ring.getPublicKey(id))
                .filter(key -> key != null)
                .findFirst()
                .orElse(null);
    }

    private boolean holds(PGPPublicKey key, PGPSignature signature) {
        var made = signature.getCreationTime();
        var owner = rings.stream()
                .filter(ring -> ring.getPublicKey(key.getKeyID()) != null)
                .map(PGPPublicKeyRing::getPublicKey)
                .collect(Collectors.toList());
        owner.add(key);
        return owner.stream().noneMatch(one -> one.hasRevocation() || isExpired(one, made));
    }

    private static boolean isExpired(PGPPublicKey key, Date then) {
        long seconds = key.getValidSeconds();
        Instant created = key.getCreationTime().toInstant();
        return seconds > 0 && then.toInstant().isAfter(created.plusSeconds(seconds));
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(allowedSigners);
    }
}
