package dev.underway.agent.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.underway.agent.fetch.TestServer.Reply;
import dev.underway.agent.host.HostPolicy.ArtifactBounds;
import dev.underway.model.Digests;
import dev.underway.model.UnitSetSpec.Artifact;
import dev.underway.testing.Archive;
import dev.underway.testing.Archive.Entries;
import dev.underway.testing.Archive.Tar;
import dev.underway.testing.Archive.Zip;
import dev.underway.testing.Mounts;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ArtifactsTest {
    private static final ArtifactBounds BOUNDS = new ArtifactBounds(1 << 20, 1 << 20, 20);

    @TempDir
    Path directory;

    private Path store;
    private Artifacts artifacts;

    @BeforeEach
    void open() throws IOException {
        store = Files.createDirectory(directory.resolve("store"));
        artifacts = new Artifacts(store);
    }

    @Test
    void unpacksATarForEveryUserToRead() throws Exception {
        var archive = Archive.tarGz(tar -> tar.directory("bin")
                .file("bin/web", 0750, "#!/bin/sh\n")
                .file("deep/er/etc", 0600, "x")
                .link("bin/current", "web")
                .link("up", "deep/../bin/web")
                .hardLink("bin/twin", "bin/web"));

        var content = fetch("web.tar.gz", archive);

        assertThat(mode(content.resolve("bin/web"))).isEqualTo(0755);
        assertThat(mode(content.resolve("deep/er/etc"))).isEqualTo(0644);
        assertThat(mode(content.resolve("deep/er"))).isEqualTo(0755);
        assertThat(content.resolve("bin/current")).isSymbolicLink().hasContent("#!/bin/sh\n");
        assertThat(content.resolve("up").toRealPath())
                .isEqualTo(content.resolve("bin/web").toRealPath());
        assertThat(content.resolve("bin/twin")).hasContent("#!/bin/sh\n");
    }

    @Test
    void unpacksAZip() throws Exception {
        var archive = Archive.zip(zip -> zip.file("bin/web", 0100755, "web").file("link", 0120777, "bin/web"));

        var content = fetch("web.zip", archive);

        assertThat(mode(content.resolve("bin/web"))).isEqualTo(0755);
        assertThat(content.resolve("link")).isSymbolicLink().hasContent("web");
    }

    @Test
    void keepsAnythingElseAsOneExecutableFile() throws Exception {
        var content = fetch("web", "#!/bin/sh\n".getBytes());

        assertThat(content).hasContent("#!/bin/sh\n");
        assertThat(mode(content)).isEqualTo(0755);
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
    void doesNotWaitForAWriterOfAPipe() throws Exception {
        var pipe = directory.resolve("web");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        var artifact = new Artifact("app", pipe.toUri().toString(), "0".repeat(64), "/opt/web");

        assertThatThrownBy(() -> artifacts.fetch(artifact, BOUNDS)).hasMessageContaining("is no regular file");
    }

    static Stream<Arguments> tricks() throws IOException {
        return Stream.of(
                trick("climbs out", tar -> tar.file("../evil", 0644, "x")),
                trick("climbs out", tar -> tar.file("a/../../evil", 0644, "x")),
                trick("not a relative name", tar -> tar.file("/evil", 0644, "x")),
                trick("set-user-id", tar -> tar.file("sh", 04755, "x")),
                trick("set-user-id", tar -> tar.file("sh", 02755, "x")),
                trick("links out", tar -> tar.link("evil", "/etc/passwd")),
                trick("links out", tar -> tar.link("evil", "../evil")),
                trick("links out", tar -> tar.link("a/evil", "../../evil")),
                // x is the archive's root, so x/.. is outside although the text of the link looks tame
                trick("links out", tar -> tar.link("x", ".").link("evil", "x/../evil")),
                trick("in a circle", tar -> tar.link("a", "b").link("b", "a")),
                // links are made last, so this one finds a directory in its place
                trick(
                        "there twice",
                        tar -> tar.link("x", "y").file("y", 0644, "x").file("x/evil", 0644, "x")),
                trick("both a directory", tar -> tar.file("x", 0644, "x").file("x/evil", 0644, "x")),
                trick("no file of the archive", tar -> tar.hardLink("evil", "etc/passwd")),
                trick("climbs out", tar -> tar.hardLink("evil", "../../etc/passwd")),
                trick("not a relative name", tar -> tar.hardLink("evil", "/etc/passwd")),
                trick("device", tar -> tar.special("null", TarConstants.LF_CHR)),
                trick("device", tar -> tar.special("disk", TarConstants.LF_BLK)),
                trick("pipe", tar -> tar.special("fifo", TarConstants.LF_FIFO)),
                trick("there twice", tar -> tar.file("a", 0644, "x").file("a", 0644, "y")),
                trick(
                        "there twice",
                        tar -> tar.link("a", "b").file("b", 0644, "x").file("a", 0644, "y")),
                trick("more bytes", tar -> tar.file("zeros", 0644, "0".repeat(2 << 20))),
                trick("more entries", tar -> {
                    for (int i = 0; i < 30; i++) {
                        tar.file("f" + i, 0644, "x");
                    }
                }),
                zipTrick("climbs out", zip -> zip.file("../evil", 0100644, "x")),
                zipTrick("not a relative name", zip -> zip.file("/evil", 0100644, "x")),
                zipTrick("links out", zip -> zip.file("evil", 0120777, "../evil")),
                zipTrick("links out", zip -> zip.file("evil", 0120777, "/etc/passwd")),
                zipTrick("set-user-id", zip -> zip.file("sh", 0104755, "x")),
                zipTrick("device", zip -> zip.file("null", 0020666, "")),
                zipTrick("more bytes", zip -> zip.file("zeros", 0100644, "0".repeat(2 << 20))));
    }

    private static Arguments trick(String words, Entries<Tar> entries) throws IOException {
        return Arguments.of(words, "web.tgz", Archive.tarGz(entries));
    }

    private static Arguments zipTrick(String words, Entries<Zip> entries) throws IOException {
        return Arguments.of(words, "web.zip", Archive.zip(entries));
    }

    @ParameterizedTest(name = "{index}: {1} {0}")
    @MethodSource("tricks")
    void refusesWhatAnArchiveMustNotHold(String words, String name, byte[] archive) {
        assertThatThrownBy(() -> fetch(name, archive))
                .isInstanceOfSatisfying(
                        FetchFailed.class, e -> assertThat(e.reason()).isEqualTo("ArchiveRefused"))
                .hasMessageContaining(words);

        assertThat(store).isEmptyDirectory();
        assertThat(directory.resolve("evil")).doesNotExist();
    }

    @Test
    void refusesADigestThatDoesNotMatch() throws Exception {
        var file = Files.write(directory.resolve("web"), "web".getBytes());
        var artifact = new Artifact("app", file.toUri().toString(), Digests.sha256("other"), "/opt/web");

        assertThatThrownBy(() -> artifacts.fetch(artifact, BOUNDS))
                .isInstanceOfSatisfying(
                        FetchFailed.class, e -> assertThat(e.reason()).isEqualTo("DigestMismatch"))
                .hasMessageContaining(Digests.sha256("web"));
        assertThat(store).isEmptyDirectory();
    }

    @Test
    void refusesADownloadLargerThanAllowed() {
        assertThatThrownBy(() -> fetch("web", new byte[(1 << 20) + 1])).hasMessageContaining("more than the allowed");
        assertThat(store).isEmptyDirectory();
    }

    @Test
    void leavesNothingWhenTheDiskIsFull() throws Exception {
        try (var mounts = new Mounts()) {
            mounts.tmpfs(store, "128k");
            var archive = Archive.tarGz(tar -> tar.file("zeros", 0644, "0".repeat(1 << 20)));

            assertThatThrownBy(() -> fetch("web.tar.gz", archive)).hasMessageContaining("No space left");

            assertThat(store).isEmptyDirectory();
        }
    }

    @Test
    void downloadsOverHttpOnceAndFollowsRedirects() throws Exception {
        var bytes = "web".getBytes();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/web", exchange -> {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.createContext("/old", exchange -> {
            exchange.getResponseHeaders().add("Location", "/web");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.start();
        var base = "http://127.0.0.1:" + server.getAddress().getPort();
        var artifact = new Artifact("app", base + "/old", Digests.sha256(bytes), "/opt/web");

        artifacts.fetch(artifact, BOUNDS);
        server.stop(0);
        artifacts.fetch(artifact, BOUNDS);

        assertThat(artifacts.content(artifact.sha256())).hasContent("web");
        assertThatThrownBy(() ->
                        artifacts.fetch(new Artifact("app", base + "/web", Digests.sha256("x"), "/opt/web"), BOUNDS))
                .isInstanceOfSatisfying(
                        FetchFailed.class, e -> assertThat(e.reason()).isEqualTo("FetchFailed"));
    }

    @Test
    void downloadsOverHttpsFromAServerThatTheHostTrusts() throws Exception {
        try (var server = new TestServer()) {
            var artifact = servedBy(server);
            assertNotConnected(artifact, "PKIX path building failed");

            try (var _ = trusting(server.authority)) {
                artifacts.fetch(artifact, BOUNDS);
            }

            assertThat(artifacts.content(artifact.sha256())).hasContent("web");
        }
    }

    @Test
    void refusesAServerWithTheCertificateOfAnother() throws Exception {
        try (var server = new TestServer("elsewhere");
                var _ = trusting(server.authority)) {
            assertNotConnected(servedBy(server), "No subject alternative DNS name matching localhost");

            assertThat(server.bodies).isEmpty();
        }
    }

    private static Artifact servedBy(TestServer server) {
        server.answers(_ -> new Reply(200, "web", ""));
        return new Artifact("app", server.url() + "/web", Digests.sha256("web"), "/opt/web");
    }

    private void assertNotConnected(Artifact artifact, String words) {
        assertThatThrownBy(() -> artifacts.fetch(artifact, BOUNDS))
                .isInstanceOfSatisfying(
                        FetchFailed.class, e -> assertThat(e.reason()).isEqualTo("FetchFailed"))
                .hasMessageStartingWith(artifact.url() + " could not be fetched: ")
                .hasMessageContaining(words);
        assertThat(store).isEmptyDirectory();
    }

    /// As on a host whose Java has `authority` in its trust store, until closed.
    private static Closeable trusting(X509Certificate authority) throws Exception {
        var usual = SSLContext.getDefault();
        var tls = SSLContext.getInstance("TLS");
        tls.init(null, Identity.trusting(List.of(authority)).getTrustManagers(), null);
        SSLContext.setDefault(tls);
        return () -> SSLContext.setDefault(usual);
    }

    @Test
    void clearsAwayWhatAnInterruptedDownloadLeft() throws Exception {
        var left = Files.createDirectories(store.resolve("." + "0".repeat(64)).resolve("content/deep"));
        Files.writeString(left.resolve("half"), "x");

        new Artifacts(store);

        assertThat(store).isEmptyDirectory();
    }

    @Test
    void removesWhatNobodyWantsAnyMore() throws Exception {
        fetch("a", "a".getBytes());
        fetch("b", "b".getBytes());

        artifacts.keepOnly(Set.of(Digests.sha256("b")));

        assertThat(artifacts.has(Digests.sha256("a"))).isFalse();
        assertThat(artifacts.content(Digests.sha256("b"))).hasContent("b");
    }

    private Path fetch(String name, byte[] bytes) throws Exception {
        var file = Files.write(directory.resolve(name), bytes);
        var artifact = new Artifact("app", file.toUri().toString(), Digests.sha256(bytes), "/opt/web");
        artifacts.fetch(artifact, BOUNDS);
        return artifacts.content(artifact.sha256());
    }

    private static int mode(Path file) throws IOException {
        return (Integer) Files.getAttribute(file, "unix:mode") & 07777;
    }
}
