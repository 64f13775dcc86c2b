package dev.underway.server.gitops;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.underway.model.GitSource;
import dev.underway.server.store.ServerConfig;
import dev.underway.server.store.StoreException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.Semaphore;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// `POST /git-hooks/NAMESPACE/NAME`: a forge tells that something was pushed there, and the source is fetched at once.
///
/// What the forge says is not believed, only that it is the forge: it signs with the secret that the operator has put
/// among the credentials. GitHub, Gitea and Forgejo sign the body (HMAC-SHA256), GitLab sends the secret itself.
@ApplicationScoped
class Webhooks {
    private static final Logger LOG = Logger.getLogger(Webhooks.class);
    private static final String PATH = "/git-hooks/:namespace/:name";
    private static final int LARGEST = 1 << 20;

    /// Of all sources together: more at a time is nobody's forge.
    private static final int AT_A_TIME = 8;

    private final GitSources sources;
    private final PushAnswers answers;
    private final ServerConfig config;
    private final Semaphore room = new Semaphore(AT_A_TIME);

    Webhooks(GitSources sources, PushAnswers answers, ServerConfig config) {
        this.sources = sources;
        this.answers = answers;
        this.config = config;
    }

    void register(@Observes Router router) {
        router.post(PATH).handler(this::admit);
        router.post(PATH)
                .handler(BodyHandler.create(false).setBodyLimit(LARGEST))
                .handler(context -> Thread.ofVirtual().name("git hook").start(() -> answer(context, heard(context))))
                .failureHandler(context -> answer(context, context.statusCode()));
    }

    /// Before a byte of the body is read: whoever calls here need not have shown yet who it is.
    private void admit(RoutingContext context) {
        if (room.tryAcquire()) {
            context.addEndHandler(_ -> room.release());
            context.next();
        } else {
            answer(context, 503);
        }
    }

    private static void answer(RoutingContext context, int status) {
        var response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status)
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .end(
                        switch (status) {
                            case 202 -> "it is fetched now\n";
                            case 403 -> "no source of that name has this secret\n";
                            case 413 -> "that is more than a push can tell\n";
                            default -> "not now; try again\n";
                        });
    }

    /// The status of the answer; who has no secret does not learn which sources there are.
    private int heard(RoutingContext context) {
        var named = SourceId.parse(context.pathParam("namespace") + "/" + context.pathParam("name"));
        if (named.isEmpty()) {
            return 403;
        }
        var id = named.get();
        var buffer = context.body().buffer();
        try {
            var resource = sources.find(id);
            if (resource.isEmpty()) {
                return 403;
            }
            var spec = resource.get().as(GitSource.class).spec();
            if (spec.url() == null || spec.credentials() == null) {
                return 403;
            }
            var secret = GitCredentials.of(config.git().credentials().resolve(spec.credentials()), spec.url())
                    .webhookSecret();
            if (!isSigned(context.request(), buffer == null ? new byte[0] : buffer.getBytes(), secret)) {
                LOG.infov("a webhook is not signed rightly: gitsource={0}", id);
                return 403;
            }
            answers.askToApply(id, "webhook");
            return 202;
        } catch (GitCredentials.Unusable e) {
            LOG.infov("a webhook cannot be checked: gitsource={0} reason={1}", id, e.getMessage());
            return 403;
        } catch (StoreException e) {
            return 503;
        }
    }

    private static boolean isSigned(HttpServerRequest request, byte[] body, @Nullable String secret) {
        if (secret == null || secret.isEmpty()) {
            return false;
        }
        var token = request.getHeader("X-Gitlab-Token");
        if (token != null) {
            return MessageDigest.isEqual(token.getBytes(UTF_8), secret.getBytes(UTF_8));
        }
        var github = request.getHeader("X-Hub-Signature-256");
        var said = github == null ? request.getHeader("X-Gitea-Signature") : github.replaceFirst("^sha256=", "");
        return said != null
                && MessageDigest.isEqual(
                        said.getBytes(UTF_8), signature(body, secret).getBytes(UTF_8));
    }

    private static String signature(byte[] body, String secret) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
