package dev.underway.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Manifests;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds and reads the kubeconfig as kubectl does: `--kubeconfig`, else the files of `KUBECONFIG` (the first that names
/// something wins), else `~/.kube/config`.
///
/// Taken: servers with CA data or file, tokens, token files and client certificates. Refused with a sentence: whatever
/// would weaken the check of the server (`insecure-skip-tls-verify`), and ways to log in that this program does not
/// speak (exec plugins, basic authentication).
final class Kubeconfig {
    private final List<Loaded> files;

    private Kubeconfig(List<Loaded> files) {
        this.files = files;
    }

    /// One file; relative paths in it are relative to `directory`.
    private record Loaded(Path directory, Content content) {}

    private record Content(
            @JsonProperty("current-context") @Nullable String currentContext,
            @Nullable List<NamedContext> contexts,
            @Nullable List<NamedCluster> clusters,
            @Nullable List<NamedUser> users) {}

    private record NamedContext(String name, Context context) {}

    private record Context(
            String cluster, @Nullable String user, @Nullable String namespace) {}

    private record NamedCluster(String name, Cluster cluster) {}

    private record Cluster(
            @Nullable String server,
            @JsonProperty("certificate-authority") @Nullable String authority,

            @JsonProperty("certificate-authority-data") @Nullable
            String authorityData,

            @JsonProperty("insecure-skip-tls-verify") boolean skipVerify,
            @JsonProperty("tls-server-name") @Nullable String serverName,
            @JsonProperty("proxy-url") @Nullable String proxy) {}

    private record NamedUser(String name, User user) {}

    private record User(
            @Nullable String token,
            @Nullable String tokenFile,
            @JsonProperty("client-certificate") @Nullable String certificate,

            @JsonProperty("client-certificate-data") @Nullable
            String certificateData,

            @JsonProperty("client-key") @Nullable String key,
            @JsonProperty("client-key-data") @Nullable String keyData,
            @Nullable String username,
            @Nullable ObjectNode exec,
            @JsonProperty("auth-provider") @Nullable ObjectNode authProvider) {}

    /// An entry and the directory of the file that it came from.
    private record Found<T>(Path directory, T entry) {}

    static Kubeconfig load(@Nullable Path explicit, Console console) throws CommandFailed {
        var paths = new ArrayList<Path>();
        var variable = console.environment().getOrDefault("KUBECONFIG", "");
        if (explicit != null) {
            paths.add(explicit);
        } else if (!variable.isBlank()) {
            for (var path : variable.split(Pattern.quote(File.pathSeparator))) {
                if (!path.isBlank() && Files.exists(Path.of(path))) {
                    paths.add(Path.of(path));
                }
            }
        } else if (Files.exists(console.home().resolve(".kube/config"))) {
            paths.add(console.home().resolve(".kube/config"));
        }
        if (paths.isEmpty()) {
            throw noAccess("no kubeconfig found: pass --kubeconfig FILE or set KUBECONFIG to the file that the server"
                    + " wrote at its first start");
        }
        var files = new ArrayList<Loaded>();
        for (var path : paths) {
            files.add(read(path));
        }
        return new Kubeconfig(files);
    }

    private static Loaded read(Path path) throws CommandFailed {
        try {
            if (Files.size(path) > Manifests.MAX_BYTES) {
                throw noAccess("the kubeconfig " + path + " is longer than " + Manifests.MAX_BYTES + " bytes");
            }
            var documents = Manifests.read(Files.readString(path));
            var content = documents.isEmpty()
                    ? new Content(null, null, null, null)
                    : Codec.read(documents.getFirst().body(), Content.class);
            return new Loaded(Objects.requireNonNull(path.toAbsolutePath().getParent()), content);
        } catch (IOException e) {
            throw noAccess("cannot read the kubeconfig " + path + ": " + e.getMessage());
        } catch (Manifests.ManifestException | IllegalArgumentException e) {
            throw noAccess("the kubeconfig " + path + " is not understood: " + e.getMessage());
        }
    }

    /// The connection of the context `name`, or of the current one.
    Connection connection(@Nullable String name) throws CommandFailed {
        var context = context(name);
        var cluster = cluster(context);
        var credentials = context.user() == null
                ? new Connection.Credentials.None()
                : credentials(find("user", context.user(), Content::users, NamedUser::name));
        return new Connection(
                server(cluster.entry()),
                text(
                        cluster.directory(),
                        cluster.entry().cluster().authorityData(),
                        cluster.entry().cluster().authority()),
                credentials,
                context.namespace() == null || context.namespace().isEmpty() ? "default" : context.namespace());
    }

    /// Name of the context that [#connection] means.
    String contextName(@Nullable String name) throws CommandFailed {
        return name != null ? name : currentContext();
    }

    /// The file that the context `name`, or the current one, names for its CA; null when its CA is in the
    /// kubeconfig itself, or it has none.
    @Nullable
    Path authorityFile(@Nullable String name) throws CommandFailed {
        var found = cluster(context(name));
        var data = found.entry().cluster().authorityData();
        var file = found.entry().cluster().authority();
        return file == null || file.isEmpty() || (data != null && !data.isEmpty())
                ? null
                : found.directory().resolve(file);
    }

    private Context context(@Nullable String name) throws CommandFailed {
        return find("context", contextName(name), Content::contexts, NamedContext::name)
                .entry()
                .context();
    }

    private Found<NamedCluster> cluster(Context context) throws CommandFailed {
        return find("cluster", context.cluster(), Content::clusters, NamedCluster::name);
    }

    private String currentContext() throws CommandFailed {
        return files.stream()
                .map(f -> f.content().currentContext())
                .filter(c -> c != null && !c.isEmpty())
                .findFirst()
                .orElseThrow(() -> noAccess("the kubeconfig has no current-context: pass --context NAME"));
    }

    private <T> Found<T> find(
            String what, String wanted, Function<Content, @Nullable List<T>> entries, Function<T, String> name)
            throws CommandFailed {
        for (var file : files) {
            var list = entries.apply(file.content());
            for (var entry : list == null ? List.<T>of() : list) {
                if (wanted.equals(name.apply(entry))) {
                    return new Found<>(file.directory(), entry);
                }
            }
        }
        throw noAccess("the kubeconfig has no " + what + " \"" + wanted + "\"");
    }

    private static URI server(NamedCluster named) throws CommandFailed {
        var cluster = named.cluster();
        if (cluster.skipVerify()) {
            throw noAccess("cluster \"" + named.name() + "\" sets insecure-skip-tls-verify, which underway never does:"
                    + " put the server's CA into certificate-authority-data instead");
        }
        if (cluster.serverName() != null || cluster.proxy() != null) {
            throw noAccess("cluster \"" + named.name() + "\" sets tls-server-name or proxy-url, which underway does not"
                    + " support: use the server's own name as server");
        }
        var server = cluster.server() == null ? "" : cluster.server().replaceAll("/+$", "");
        if (!server.startsWith("https://") && !server.startsWith("http://")) {
            throw noAccess("cluster \"" + named.name() + "\" has no https:// server");
        }
        return URI.create(server);
    }

    private static Connection.Credentials credentials(Found<NamedUser> found) throws CommandFailed {
        var user = found.entry().user();
        if (user.exec() != null || user.authProvider() != null || user.username() != null) {
            throw noAccess("user \"" + found.entry().name() + "\" logs in by exec, auth-provider or password, which"
                    + " underway does not support: use a token or a client certificate");
        }
        if (user.token() != null && !user.token().isEmpty()) {
            return new Connection.Credentials.Token(user.token());
        }
        var token = text(found.directory(), null, user.tokenFile());
        if (token != null) {
            return new Connection.Credentials.Token(token.strip());
        }
        var chain = text(found.directory(), user.certificateData(), user.certificate());
        var key = text(found.directory(), user.keyData(), user.key());
        return chain == null || key == null
                ? new Connection.Credentials.None()
                : new Connection.Credentials.Certificate(chain, key);
    }

    private static @Nullable String text(Path directory, @Nullable String data, @Nullable String file)
            throws CommandFailed {
        try {
            if (data != null && !data.isEmpty()) {
                return new String(Base64.getMimeDecoder().decode(data), StandardCharsets.UTF_8);
            }
            return file == null || file.isEmpty() ? null : Files.readString(directory.resolve(file));
        } catch (IOException e) {
            throw noAccess("the kubeconfig names " + file + ", which cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw noAccess("the kubeconfig holds data that is not base64: " + e.getMessage());
        }
    }

    private static CommandFailed noAccess(String message) {
        return new CommandFailed(Exit.NO_ACCESS, message);
    }
}
