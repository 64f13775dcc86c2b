package dev.underway.server.gitops;

import dev.underway.model.GitSource;
import dev.underway.server.access.Arrival;
import dev.underway.server.access.Authenticator;
import dev.underway.server.access.Caller;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ServerConfig;
import dev.underway.server.store.StoreException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.RefAdvertiser;
import org.eclipse.jgit.transport.ServiceMayNotContinueException;
import org.eclipse.jgit.transport.UploadPack;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The door of hosted repositories: the smart protocol over HTTP (gitprotocol-http(5)), for people with a token, which
/// is the password of basic authentication.
@ApplicationScoped
class GitRoutes {
    private static final Logger LOG = Logger.getLogger(GitRoutes.class);
    private static final Pattern PATH = Pattern.compile(
            "/git/([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)/([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)(?:\\.git)?"
                    + "/(info/refs|git-upload-pack|git-receive-pack)");
    private static final String UPLOAD = "git-upload-pack";
    private static final String RECEIVE = "git-receive-pack";

    private final Authenticator authenticator;
    private final GitSources sources;
    private final Repositories repositories;
    private final PushAnswers answers;
    private final ServerConfig config;
    private final Semaphore transfers;

    GitRoutes(
            Authenticator authenticator,
            GitSources sources,
            Repositories repositories,
            PushAnswers answers,
            ServerConfig config) {
        this.authenticator = authenticator;
        this.sources = sources;
        this.repositories = repositories;
        this.answers = answers;
        this.config = config;
        this.transfers = new Semaphore(config.git().transfers());
    }

    void register(@Observes Router router) {
        router.route("/git/*").handler(this::admit);
    }

    /// An answer in words: git shows them to the person.
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final int status;

        Refused(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    /// What is asked for.
    ///
    /// @param service of which the references are asked for, or that is called
    private record Ask(SourceId id, String service, boolean references) {}

    /// The right to one transfer, given back once.
    private static final class Permit {
        private final Semaphore of;
        private final AtomicBoolean held = new AtomicBoolean(true);

        Permit(Semaphore of) {
            this.of = of;
        }

        void giveBack() {
            if (held.compareAndSet(true, false)) {
                of.release();
            }
        }
    }

    private void admit(RoutingContext context) {
        try {
            var person = person(context);
            var ask = ask(context);
            if (!transfers.tryAcquire()) {
                throw new Refused(503, "too many at a time; try again in a moment");
            }
            var permit = new Permit(transfers);
            try {
                Arrival.mayTakeLonger(context);
                var body = new RequestStream(
                        context.request(), patience(), config.git().largestPush());
                Thread.ofVirtual().name("git").start(() -> {
                    try {
                        serve(context, ask, person, body, permit);
                    } finally {
                        permit.giveBack();
                    }
                });
            } catch (RuntimeException e) {
                permit.giveBack();
                throw e;
            }
        } catch (Refused refused) {
            refuse(context, refused);
        }
    }

    private Duration patience() {
        return config.limits().arrival();
    }

    private String person(RoutingContext context) throws Refused {
        return switch (authenticator.caller(context.request())) {
            case Caller.Person(var name, var groups) when groups.contains(Caller.ADMINS) -> name;
            case Caller.Person(var name, var _) ->
                throw new Refused(403, name + " is not in the group " + Caller.ADMINS);
            case Caller.EnrolledHost(var host, var _, var _) ->
                throw new Refused(403, "repositories are not for hosts, such as " + host);
            case Caller.Nobody(var why) ->
                throw new Refused(401, why + "; the password is the token in your kubeconfig, the user is any");
        };
    }

    private static Ask ask(RoutingContext context) throws Refused {
        var path = PATH.matcher(context.normalizedPath());
        if (!path.matches()) {
            throw new Refused(404, "there is no repository here; they are at /git/NAMESPACE/NAME.git");
        }
        var id = new SourceId(path.group(1), path.group(2));
        var method = context.request().method();
        if (path.group(3).equals("info/refs")) {
            var service = context.request().getParam("service");
            if (!method.equals(HttpMethod.GET) || service == null) {
                throw new Refused(403, "only the smart protocol is served; use git 1.6.6 or later");
            }
            if (!service.equals(UPLOAD) && !service.equals(RECEIVE)) {
                throw new Refused(403, "the service " + service + " is not served");
            }
            return new Ask(id, service, true);
        }
        if (!method.equals(HttpMethod.POST)) {
            throw new Refused(405, "use POST");
        }
        return new Ask(id, path.group(3), false);
    }

    private static void refuse(RoutingContext context, Refused refused) {
        var response = context.response();
        if (response.headWritten() || response.closed()) {
            response.reset();
            return;
        }
        if (refused.status == 401) {
            response.putHeader("WWW-Authenticate", "Basic realm=\"underway\"");
        }
        if (refused.status == 503) {
            response.putHeader("Retry-After", "2");
        }
        if (context.request().version() != HttpVersion.HTTP_2) {
            // The rest of the body would be taken for the next request.
            response.putHeader("Connection", "close");
        }
        response.setStatusCode(refused.status)
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .end(refused.getMessage() + "\n");
    }

    private void serve(RoutingContext context, Ask ask, String person, InputStream body, Permit permit) {
        var response = context.response();
        try {
            var resource = sources.find(ask.id())
                    .orElseThrow(() -> new Refused(
                            404,
                            "there is no GitSource " + ask.id().name() + " in the namespace "
                                    + ask.id().namespace()));
            var spec = resource.as(GitSource.class).spec();
            if (!spec.isHosted()) {
                throw new Refused(403, "this GitSource is pulled from " + spec.url() + "; push there");
            }
            try (var repository = repositories.hosted(ask.id(), spec.ref());
                    var out = new BufferedOutputStream(new ResponseStream(response, patience()), 16 << 10)) {
                response.putHeader("Cache-Control", "no-cache");
                response.putHeader(
                        "Content-Type",
                        "application/x-" + ask.service() + (ask.references() ? "-advertisement" : "-result"));
                serve(context, ask, person, resource, repository, body, out, permit);
                out.flush();
            }
            response.end();
        } catch (Refused refused) {
            refuse(context, refused);
        } catch (StoreException e) {
            refuse(context, new Refused(503, "the store does not answer; try again"));
        } catch (ServiceMayNotContinueException e) {
            refuse(context, new Refused(403, String.valueOf(e.getMessage())));
        } catch (IOException e) {
            LOG.debugv(e, "a transfer ended: gitsource={0}", ask.id());
            refuse(context, new Refused(400, "the transfer ended: " + e.getMessage()));
        } catch (RuntimeException e) {
            LOG.errorv(e, "a transfer failed: gitsource={0}", ask.id());
            refuse(context, new Refused(500, "the server failed; its log says more"));
        }
    }

    private void serve(
            RoutingContext context,
            Ask ask,
            String person,
            Resource resource,
            Repository repository,
            InputStream body,
            OutputStream out,
            Permit permit)
            throws IOException {
        var protocol = context.request().getHeader("Git-Protocol");
        if (ask.service().equals(UPLOAD)) {
            try (var upload = new UploadPack(repository)) {
                upload.setBiDirectionalPipe(false);
                if (protocol != null) {
                    upload.setExtraParameters(List.of(protocol.split(":")));
                }
                if (ask.references()) {
                    upload.sendAdvertisedRefs(advertiser(ask, out));
                } else {
                    upload.uploadWithExceptionPropagation(unzipped(context, body), out, null);
                }
            }
            return;
        }
        var push = new Push(ask.id(), resource, repository, sources, answers, person, permit::giveBack);
        push.pack().setMaxPackSizeLimit(config.git().largestPush());
        push.pack().setMaxObjectSizeLimit(config.git().largestFile());
        if (ask.references()) {
            var advertiser = advertiser(ask, out);
            push.pack().sendAdvertisedRefs(advertiser);
        } else {
            push.pack().receiveWithExceptionPropagation(unzipped(context, body), out, null);
        }
    }

    private static RefAdvertiser advertiser(Ask ask, OutputStream out) throws IOException {
        var lines = new PacketLineOut(out);
        lines.writeString("# service=" + ask.service() + "\n");
        lines.end();
        return new RefAdvertiser.PacketLineOutRefAdvertiser(lines);
    }

    private static InputStream unzipped(RoutingContext context, InputStream body) throws IOException {
        @Nullable String encoding = context.request().getHeader("Content-Encoding");
        return "gzip".equals(encoding) || "x-gzip".equals(encoding) ? new GZIPInputStream(body) : body;
    }
}
