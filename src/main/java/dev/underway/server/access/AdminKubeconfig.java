package dev.underway.server.access;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/// The administrator's way in: `admin.kubeconfig` in the state directory, readable by its owner only.
///
/// The token is kept in `admin.token`; whoever can read the state directory is the administrator. To rotate it,
/// remove `admin.token` and start the server again: the old token stops to hold.
public record AdminKubeconfig(Path file, PersonToken token) {
    /// The name under which the administrator acts.
    public static final String NAME = "admin";

    /// Makes the token at first start, and writes the kubeconfig anew at every start, so that it follows `server`.
    /// To be called after [ServerIdentity#prepare].
    public static AdminKubeconfig prepare(Path stateDirectory, URI server) throws IOException {
        var token = token(stateDirectory);
        var authority = Files.readString(CertificateAuthority.certificateFile(stateDirectory));
        var file = stateDirectory.resolve("admin.kubeconfig");
        Pem.write(file, text(server, authority, token));
        return new AdminKubeconfig(file, token);
    }

    /// The administrator's token, made when there is none.
    static PersonToken token(Path stateDirectory) throws IOException {
        var file = stateDirectory.resolve("admin.token");
        if (!Files.exists(file)) {
            Pem.write(file, PersonToken.create().text() + "\n");
        }
        return PersonToken.parse(Files.readString(file).strip())
                .orElseThrow(
                        () -> new IOException(file + " holds no token: remove it, and the next start makes a new one"));
    }

    private static String text(URI server, String authority, PersonToken token) {
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: underway
                  cluster:
                    server: %s
                    certificate-authority-data: %s
                users:
                - name: %s
                  user:
                    token: %s
                contexts:
                - name: underway
                  context:
                    cluster: underway
                    user: %s
                    namespace: default
                current-context: underway
                """.formatted(
                        server,
                        Base64.getEncoder().encodeToString(authority.getBytes(StandardCharsets.UTF_8)),
                        NAME,
                        token.text(),
                        NAME);
    }
}
