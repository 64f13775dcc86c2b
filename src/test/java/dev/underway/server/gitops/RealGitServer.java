package dev.underway.server.gitops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.underway.testing.Program;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// git's own HTTP server, git-http-backend(1), behind TLS and a password on a free port of localhost.
final class RealGitServer implements AutoCloseable {
    static final String USER = "robot";
    static final String PASSWORD = "s3cret";

    /// What is below it is said to be at a port where nobody listens.
    private static final String MOVED = "/moved/";

    private final HttpsServer server;
    private final Path root;
    private final Path certificate;

    private RealGitServer(HttpsServer server, Path root, Path certificate) {
        this.server = server;
        this.root = root;
        this.certificate = certificate;
    }

    /// @param root whose repositories are served
    static RealGitServer start(Path root, Path directory) throws IOException, GeneralSecurityException {
        Files.createDirectories(directory);
        var store = directory.resolve("tls.p12");
        keytool(
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-keystore",
                store.toString());
        var certificate = directory.resolve("tls.pem");
        keytool("-exportcert", "-rfc", "-file", certificate.toString(), "-keystore", store.toString());
        var keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        var http = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setHttpsConfigurator(new HttpsConfigurator(context));
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        var server = new RealGitServer(http, root, certificate);
        http.createContext("/", server::serve);
        http.start();
        return server;
    }

    private static void keytool(String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storepass", "changeit", "-storetype", "PKCS12"));
        Program.of(command).run().orFail();
    }

    String url(String repository) {
        return "https://localhost:" + server.getAddress().getPort() + "/" + repository;
    }

    /// In PEM.
    String certificate() throws IOException {
        return Files.readString(certificate);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            var target = exchange.getRequestURI().toString();
            if (target.startsWith(MOVED)) {
                exchange.getResponseHeaders()
                        .add("Location", "https://127.0.0.1:9/" + target.substring(MOVED.length()));
                exchange.sendResponseHeaders(301, -1);
                return;
            }
            var expected = "Basic " + Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(UTF_8));
            if (!expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            var builder = new ProcessBuilder("git", "http-backend");
            var environment = builder.environment();
            environment.put("GIT_PROJECT_ROOT", root.toString());
            environment.put("GIT_HTTP_EXPORT_ALL", "1");
            environment.put("PATH_INFO", exchange.getRequestURI().getPath());
            environment.put("QUERY_STRING", text(exchange.getRequestURI().getQuery()));
            environment.put("REQUEST_METHOD", exchange.getRequestMethod());
            environment.put("CONTENT_TYPE", text(exchange.getRequestHeaders().getFirst("Content-Type")));
            environment.put(
                    "HTTP_CONTENT_ENCODING", text(exchange.getRequestHeaders().getFirst("Content-Encoding")));
            environment.put("GIT_PROTOCOL", text(exchange.getRequestHeaders().getFirst("Git-Protocol")));
            environment.put("REMOTE_USER", USER);
            environment.put("GIT_CONFIG_COUNT", "1");
            environment.put("GIT_CONFIG_KEY_0", "safe.directory");
            environment.put("GIT_CONFIG_VALUE_0", "*");
            var process = builder.start();
            try (var stdin = process.getOutputStream()) {
                exchange.getRequestBody().transferTo(stdin);
            }
            answer(exchange, process.getInputStream());
        }
    }

    /// The headers of a CGI program, an empty line, and the body.
    private static void answer(HttpExchange exchange, InputStream said) throws IOException {
        int status = 200;
        for (var line = line(said); !line.isEmpty(); line = line(said)) {
            var header = line.split(": ", 2);
            if (header[0].equals("Status")) {
                status = Integer.parseInt(header[1].substring(0, 3));
            } else {
                exchange.getResponseHeaders().add(header[0], header[1]);
            }
        }
        exchange.sendResponseHeaders(status, 0);
        said.transferTo(exchange.getResponseBody());
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(ISO_8859_1);
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
