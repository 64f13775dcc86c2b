package dev.underway.agent.fetch;

import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.RegularFile;
import dev.underway.model.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.time.Duration;
import java.util.concurrent.Executors;

/// Copies what a URL points at into a file and checks its digest. Knows https, http (the digest is what is trusted) and
/// file URLs; where the latter may point is for the host's policy to say.
final class Download {
    private Download() {}

    static void to(Path file, URI url, String sha256, long most) throws IOException, FetchFailed, InterruptedException {
        var digest = Digests.newSha256();
        try (var http = client();
                var in = open(http, url);
                var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                var out = new DigestOutputStream(Channels.newOutputStream(channel), digest)) {
            Bounded.copy(in, out, most);
            channel.force(true);
        }
        var found = Digests.hex(digest.digest());
        if (!found.equals(sha256)) {
            throw new FetchFailed("DigestMismatch", url + " has sha256 " + found + " and not " + sha256);
        }
    }

    /// Not HTTP/2, of which java.net.http takes 16 MiB into the heap when the disk is slower than the server.
    private static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .followRedirects(HttpClient.Redirect.NORMAL)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    private static InputStream open(HttpClient http, URI url) throws IOException, FetchFailed, InterruptedException {
        return switch (String.valueOf(url.getScheme())) {
            case "file" -> RegularFile.open(HostRoot.SYSTEM, Path.of(url).toString(), LinkOption.NOFOLLOW_LINKS);
            case "http", "https" -> {
                var request = HttpRequest.newBuilder(url)
                        .timeout(Duration.ofSeconds(60))
                        .build();
                var response = http.send(request, BodyHandlers.ofInputStream());
                if (response.statusCode() != 200) {
                    response.body().close();
                    throw new FetchFailed("FetchFailed", url + " answered with HTTP status " + response.statusCode());
                }
                yield response.body();
            }
            default -> throw new FetchFailed("FetchFailed", url + " is not an https, http or file URL");
        };
    }
}
