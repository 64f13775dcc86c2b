package dev.underway.server.node;

import dev.underway.model.Contents;
import dev.underway.model.Kind;
import dev.underway.model.Revision;
import dev.underway.server.access.Authenticator;
import dev.underway.server.access.BlockingRoute;
import dev.underway.server.access.Caller;
import dev.underway.server.access.Enrolments;
import dev.underway.server.access.Refused;
import dev.underway.server.access.Reply;
import dev.underway.server.access.Room;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import dev.underway.wire.Enrolment;
import dev.underway.wire.Report;
import dev.underway.wire.Wire;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// What an enrolled host may ask and say: its own document, the revisions that the document names, and a report
/// about itself. Any of it shows that its agent is alive. The machine that calls must be the one that joined: a
/// copy of it with the same certificate is refused with `MachineMismatch`.
@ApplicationScoped
class AgentEndpoint {
    private static final int MAX_REPORT = 1 << 20;
    private static final int MAX_RENEWAL = 64 << 10;
    /// For one host, about two of the largest reports at a time; agents send one after the other.
    private static final int BODIES_OF_ONE = 2 * MAX_REPORT + MAX_RENEWAL;

    /// A tenth of the heap that the server's unit gives; whole fleets of reports, which have a few KiB each.
    private static final int BODIES_OF_ALL = 64 << 20;

    /// For one host, 32 questions at a time: agents wait in one, and those of connections that broke end by themselves.
    private static final int QUESTIONS_OF_ONE = 128 << 10;

    private static final int QUESTIONS_OF_ALL = 256 << 20;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final String MACHINE = "X-Underway-Machine";
    private static final String JSON = "application/json";

    private final Authenticator authenticator;
    private final ResourceStore store;
    private final HostDocuments documents;
    private final HostLeases leases;
    private final Enrolments enrolments;
    private final RevisionCache revisions = new RevisionCache();

    /// Each report may be a write that wakes the planner of every set on the host. An agent that is told to wait keeps
    /// its newest report and sends it later, so that nothing of it is lost.
    private final Pace reports = new Pace(30, Duration.ofSeconds(1));

    AgentEndpoint(
            Authenticator authenticator,
            ResourceStore store,
            HostDocuments documents,
            HostLeases leases,
            Enrolments enrolments) {
        this.authenticator = authenticator;
        this.store = store;
        this.documents = documents;
        this.leases = leases;
        this.enrolments = enrolments;
    }

    void routes(@Observes Router router) {
        var route = new BlockingRoute(router, authenticator);
        var questions = new Room(QUESTIONS_OF_ONE, QUESTIONS_OF_ALL);
        var bodies = new Room(BODIES_OF_ONE, BODIES_OF_ALL);
        route.add(HttpMethod.GET, Wire.desiredState(":host"), questions, 0, AgentEndpoint::hosts, this::desiredState);
        route.add(HttpMethod.GET, Wire.revision(":digest"), questions, 0, AgentEndpoint::hosts, this::revision);
        route.add(HttpMethod.POST, Wire.RENEW, bodies, MAX_RENEWAL, AgentEndpoint::hosts, this::renew);
        route.add(HttpMethod.POST, Wire.report(":host"), bodies, MAX_REPORT, AgentEndpoint::hosts, this::report);
    }

    private static void hosts(Caller caller) throws Refused {
        switch (caller) {
            case Caller.EnrolledHost _ -> {}
            case Caller.Person _ -> throw new Refused(403, "Forbidden", "This is for agents, not for people.");
            case Caller.Nobody nobody -> throw new Refused(401, "NotEnrolled", "Join first: " + nobody.why() + ".");
        }
    }

    private Reply desiredState(BlockingRoute.Request request) throws Refused, StoreException, InterruptedException {
        var host = own(request);
        enrolments.seen(caller(request));
        var etag = request.header("If-None-Match");
        leases.heard(host);
        var answer = documents.await(host, etag, wait(request.query("wait")));
        if (answer == null) {
            throw new Refused(503, "Starting", "The server has just started; try again.");
        }
        // The certificate may have been revoked while its holder waited.
        hosts(request.callerNow());
        var headers = Map.of("ETag", answer.document().etag(), "Cache-Control", "private, no-cache");
        return answer.document().etag().equals(etag)
                ? Reply.empty(304).with(headers)
                : Reply.json(200, answer.document().at(answer.serial(), store.uid(), Instant.now()))
                        .with(headers);
    }

    private Reply revision(BlockingRoute.Request request) throws Refused, StoreException, InterruptedException {
        var host = onItsMachine(request);
        var digest = request.path("digest");
        var answer = documents.await(host.host(), null, Duration.ZERO);
        var entry = answer == null ? null : answer.document().withDigest(digest);
        if (entry == null) {
            throw notYours(digest);
        }
        var content = revisions.get(digest);
        if (content == null) {
            var key = Resource.Key.of(Kind.REVISION, entry.namespace(), entry.revision());
            var revision = store.get(key).orElseThrow(() -> notYours(digest)).as(Revision.class);
            if (!revision.spec().digest().equals(digest)) {
                throw notYours(digest);
            }
            content = Contents.canonical(revision.spec().content());
            revisions.put(digest, content);
        }
        return new Reply(200, Map.of("Content-Type", JSON), content)
                .with(Map.of("ETag", '"' + digest + '"', "Cache-Control", "private, max-age=31536000, immutable"));
    }

    private Reply report(BlockingRoute.Request request) throws Refused, StoreException, InterruptedException {
        var host = own(request);
        if (!reports.allows(host, Instant.now())) {
            throw new Refused(429, "TooManyRequests", "Host " + host + " reports too often: wait a second.");
        }
        reports.count(host, Instant.now());
        var said = request.body(Report.class);
        if (!caller(request).machine().equals(said.machine())) {
            throw mismatch();
        }
        leases.heard(host);
        var report = ReportRules.kept(said);
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var writes = new ArrayList<CompletableFuture<Resource>>();
        for (var each : report.assignments()) {
            writes.add(store.submit(
                    Reports.key(each.namespace(), each.unitSet(), host),
                    Reports.status(host, each.uid(), each.status(), now)));
        }
        for (var each : report.removed()) {
            writes.add(store.submit(
                    Reports.key(each.namespace(), each.unitSet(), host), Reports.removed(host, each.uid())));
        }
        if (report.facts() != null) {
            writes.add(store.submit(HostChanges.key(host), HostChanges.facts(report.facts())));
        }
        for (var write : writes) {
            await(write);
        }
        return Reply.empty(204);
    }

    @SuppressWarnings("NullAway") // the record is read from a stranger's JSON: any field may be absent
    private Reply renew(BlockingRoute.Request request) throws Refused, StoreException {
        var caller = onItsMachine(request);
        var renewal = request.body(Enrolment.Renewal.class);
        if (renewal.csr() == null) {
            throw Refused.badRequest("csr is needed.");
        }
        var renewed = enrolments.renew(caller, renewal.csr());
        return Reply.json(200, new Enrolment.Renewed(renewed.certificate(), renewed.authority()));
    }

    /// Waits for a write; one that speaks of something that is gone is no failure.
    private static void await(CompletableFuture<Resource> write) throws StoreException, InterruptedException {
        try {
            write.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case StoreException refused -> {
                    if (refused.reason() != StoreException.Reason.NOT_FOUND) {
                        throw refused;
                    }
                }
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    private Duration wait(@Nullable String seconds) throws Refused {
        if (seconds == null) {
            return Duration.ZERO;
        }
        if (!seconds.matches("\\d{1,3}") || Integer.parseInt(seconds) > LONGEST_WAIT.toSeconds()) {
            throw Refused.badRequest("wait must be a number of seconds, at most " + LONGEST_WAIT.toSeconds() + ".");
        }
        var wish = Duration.ofSeconds(Integer.parseInt(seconds));
        var longest = leases.longestWait();
        return wish.compareTo(longest) < 0 ? wish : longest;
    }

    /// The host in the path, which must be the caller's, on its machine.
    private static String own(BlockingRoute.Request request) throws Refused {
        var caller = caller(request);
        if (!caller.host().equals(request.path("host"))) {
            throw new Refused(403, "Forbidden", "Host " + caller.host() + " may see and report only itself.");
        }
        return onItsMachine(request).host();
    }

    private static Caller.EnrolledHost onItsMachine(BlockingRoute.Request request) throws Refused {
        var caller = caller(request);
        if (!caller.machine().equals(request.header(MACHINE))) {
            throw mismatch();
        }
        return caller;
    }

    private static Caller.EnrolledHost caller(BlockingRoute.Request request) {
        return (Caller.EnrolledHost) request.caller();
    }

    private static Refused mismatch() {
        return new Refused(
                403,
                "MachineMismatch",
                "This certificate belongs to another machine: give the copy a new /etc/machine-id, remove its"
                        + " /var/lib/underway, and let it join under a name of its own.");
    }

    private static Refused notYours(String digest) {
        return new Refused(404, "NotFound", "This host is not to run a revision with digest " + digest + ".");
    }
}
