package dev.underway.agent.verify;

import dev.underway.model.UnitSetSpec.ExecProbe;
import dev.underway.model.UnitSetSpec.HttpProbe;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.TcpProbe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Asks a unit's probes once. An answer is a complaint, or an empty text.
final class Probes {
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final String LOOPBACK = "127.0.0.1";

    /// How long a connection that has its own process is watched: until a program that cannot start has ended, with
    /// time to spare.
    private static final Duration WATCHED = Duration.ofSeconds(1);

    /// @param mainPid the unit's main process; an exec probe runs as its user
    String complaint(Readiness readiness, long mainPid) throws InterruptedException {
        if (readiness.http() != null) {
            return http(readiness.http());
        }
        if (readiness.tcp() != null) {
            return tcp(readiness.tcp());
        }
        return readiness.exec() == null ? "" : exec(readiness.exec(), mainPid);
    }

    /// The same of a socket with a process for every connection. That a connection opens says nothing there, because
    /// systemd opens it; and there is no process whose user a command could run as, so it runs as nobody.
    String ofConnection(Readiness readiness) throws InterruptedException {
        if (readiness.tcp() != null) {
            return connection(readiness.tcp());
        }
        return readiness.exec() == null ? complaint(readiness, 0) : exec(readiness.exec(), () -> Credentials.NOBODY);
    }

    private static String http(HttpProbe probe) throws InterruptedException {
        var path = probe.path() == null ? "/" : probe.path();
        var what = "GET http://" + LOOPBACK + ":" + probe.port() + path;
        try (var client = client()) {
            var request = HttpRequest.newBuilder(URI.create("http://" + LOOPBACK + ":" + probe.port() + path))
                    .timeout(LONGEST)
                    .build();
            var answer = client.send(request, BodyHandlers.ofInputStream());
            try (var _ = answer.body()) {
                return answer.statusCode() / 100 == 2 || answer.statusCode() / 100 == 3
                        ? ""
                        : what + " answered " + answer.statusCode();
            }
        } catch (IOException e) {
            return what + " was not answered: " + e;
        } catch (IllegalArgumentException e) {
            return what + " is no address: " + e.getMessage();
        }
    }

    /// One for each question: a connection that is kept would go on asking the process that answered first, also when
    /// it drains and another one serves.
    private static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(LONGEST)
                .build();
    }

    private static String tcp(TcpProbe probe) {
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), probe.port()), (int) LONGEST.toMillis());
            return "";
        } catch (IOException e) {
            return "port " + probe.port() + " of " + LOOPBACK + " does not open: " + e.getMessage();
        }
    }

    /// Whoever serves a connection keeps it for a while, or says something first. A process that fails does neither.
    private static String connection(TcpProbe probe) {
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), probe.port()), (int) LONGEST.toMillis());
            socket.setSoTimeout((int) WATCHED.toMillis());
            return socket.getInputStream().read() >= 0
                    ? ""
                    : "a connection to port " + probe.port() + " of " + LOOPBACK + " was closed at once";
        } catch (SocketTimeoutException e) {
            return "";
        } catch (IOException e) {
            return "a connection to port " + probe.port() + " of " + LOOPBACK + " failed: " + e.getMessage();
        }
    }

    /// Whose rights a command gets; null when nobody is there who has them.
    private interface User {
        @Nullable
        Credentials get() throws IOException;
    }

    private static String exec(ExecProbe probe, long mainPid) throws InterruptedException {
        return exec(probe, () -> Credentials.of(mainPid));
    }

    private static String exec(ExecProbe probe, User as) throws InterruptedException {
        var what = "'" + String.join(" ", probe.command()) + "'";
        try {
            var user = as.get();
            return user == null
                    ? what + " was not run, because the unit has no main process whose user it could run as"
                    : ProbeCommand.run(user.command(probe.command()), LONGEST, what);
        } catch (IOException e) {
            return what + " could not be run: " + e.getMessage();
        }
    }
}
