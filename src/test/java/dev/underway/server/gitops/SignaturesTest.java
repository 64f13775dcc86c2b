package dev.underway.server.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.GitSourceSpec;
import dev.underway.testing.Program;
import dev.underway.testing.WorkingCopy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commits that the real git has signed with the real gpg and ssh-keygen.
class SignaturesTest {
    @TempDir
    Path directory;

    private WorkingCopy copy;
    private Repository repository;

    @BeforeEach
    void aRepository() throws IOException {
        copy = WorkingCopy.of(directory.resolve("copy"), "nowhere", directory.resolve("none"));
        repository = new FileRepositoryBuilder()
                .setGitDir(directory.resolve("copy/.git").toFile())
                .build();
    }

    @AfterEach
    void closed() {
        repository.close();
    }

    private Path sshKey(String name) {
        var key = directory.resolve(name);
        Program.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key.toString())
                .run()
                .orFail();
        return key;
    }

    private String publicKey(Path key) throws IOException {
        return Files.readString(Path.of(key + ".pub"));
    }

    /// The public key of a new pair for `user`, in a keyring of this test.
    private String pgpKey(String user, String expires) {
        gpg("--quick-gen-key", user, "ed25519", "sign", expires);
        return gpg("--armor", "--export", user);
    }

    private String gpg(String... arguments) {
        var command = new ArrayList<>(List.of(
                "gpg", "--batch", "--passphrase", "", "--homedir", keyring().toString()));
        command.addAll(List.of(arguments));
        return Program.of(command).run().orFail().output();
    }

    private Path keyring() {
        try {
            return Files.createDirectories(directory.resolve("gnupg"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void noAgentIsLeft() {
        Program.of("gpgconf", "--homedir", keyring().toString(), "--kill", "all")
                .run();
    }

    private ObjectId bySsh(Path key) {
        return signed("-c", "gpg.format=ssh", "-c", "user.signingkey=" + key);
    }

    private ObjectId byPgp(String user) throws IOException {
        var wrapper = directory.resolve("gpg");
        Files.writeString(wrapper, "#!/bin/sh\nexec gpg --homedir '" + keyring() + "' \"$@\"\n");
        assertThat(wrapper.toFile().setExecutable(true)).isTrue();
        return signed("-c", "gpg.program=" + wrapper, "-c", "user.signingkey=" + user);
    }

    private ObjectId signed(String... how) {
        var command = new ArrayList<>(List.of(how));
        command.addAll(List.of("commit", "--quiet", "--allow-empty", "-S", "-m", "signed\n\nover two lines"));
        copy.git(command.toArray(String[]::new)).orFail();
        return head();
    }

    private ObjectId unsigned() {
        return ObjectId.fromString(copy.commit("not signed"));
    }

    private ObjectId head() {
        return ObjectId.fromString(
                copy.git("rev-parse", "HEAD").orFail().output().strip());
    }

    private @Nullable String problem(ObjectId head, @Nullable ObjectId since, String... keys) throws IOException {
        var trusted = new ArrayList<GitSourceSpec.Key>();
        for (var key : keys) {
            trusted.add(new GitSourceSpec.Key("key-" + trusted.size(), key));
        }
        var spec = new GitSourceSpec(
                null, null, null, null, null, null, null, null, null, null, new GitSourceSpec.Verify(trusted));
        return Signatures.problem(repository, spec, head, since);
    }

    @Test
    void aTrustedSshKeyIsEnough() throws IOException {
        var ann = sshKey("ann");

        assertThat(problem(bySsh(ann), null, publicKey(sshKey("bob")), publicKey(ann)))
                .isNull();
    }

    @Test
    void anotherSshKeyIsNot() throws IOException {
        assertThat(problem(bySsh(sshKey("eve")), null, publicKey(sshKey("ann"))))
                .contains("(Ann <ann@example.com>) is signed by an SSH key that is not trusted");
    }

    @Test
    void aTrustedOpenPgpKeyIsEnough() throws IOException {
        var ann = pgpKey("ann@example.com", "never");

        assertThat(problem(byPgp("ann@example.com"), null, publicKey(sshKey("bob")), ann))
                .isNull();
    }

    @Test
    void anotherOpenPgpKeyIsNot() throws IOException {
        var ann = pgpKey("ann@example.com", "never");
        pgpKey("eve@example.com", "never");

        assertThat(problem(byPgp("eve@example.com"), null, ann)).contains("which is not trusted");
    }

    @Test
    void everyNewCommitCounts() throws IOException {
        var ann = sshKey("ann");
        var first = bySsh(ann);
        unsigned();
        var last = bySsh(ann);

        assertThat(problem(last, first, publicKey(ann))).endsWith("(Ann <ann@example.com>) is not signed");
        assertThat(problem(last, head(), publicKey(ann))).isNull();
    }

    @Test
    void withNothingAppliedTheNewestMustBeSigned() throws IOException {
        var ann = sshKey("ann");
        unsigned();

        assertThat(problem(bySsh(ann), null, publicKey(ann))).isNull();
        assertThat(problem(unsigned(), null, publicKey(ann))).contains("is not signed");
    }

    @Test
    void aSignatureOfAnotherCommitDoesNotFit() throws IOException {
        var ann = sshKey("ann");
        var pgp = pgpKey("ann@example.com", "never");
        for (var signed : List.of(bySsh(ann), byPgp("ann@example.com"))) {
            var raw = copy.git("cat-file", "commit", signed.name()).orFail().output();
            assertThat(raw).contains("signed");
            var forged = directory.resolve("forged");
            Files.writeString(forged, raw.replace("over two lines", "over two liens"));
            var id = copy.git("hash-object", "-t", "commit", "-w", forged.toString())
                    .orFail()
                    .output()
                    .strip();

            assertThat(problem(ObjectId.fromString(id), null, publicKey(ann), pgp))
                    .containsAnyOf("not rightly", "does not fit");
        }
    }

    @Test
    void aKeyThatWasRevokedSignsNothing() throws IOException {
        pgpKey("ann@example.com", "never");
        var signed = byPgp("ann@example.com");
        var fingerprint = gpg("--list-keys", "--with-colons")
                .lines()
                .filter(line -> line.startsWith("fpr:"))
                .findFirst()
                .orElseThrow()
                .split(":")[9];
        var certificate = directory.resolve("revoked.asc");
        Files.writeString(
                certificate,
                Files.readString(keyring().resolve("openpgp-revocs.d/" + fingerprint + ".rev"))
                        .replace(":-----BEGIN", "-----BEGIN"));
        gpg("--import", certificate.toString());

        assertThat(problem(signed, null, gpg("--armor", "--export", "ann@example.com")))
                .contains("is revoked");
    }
}
