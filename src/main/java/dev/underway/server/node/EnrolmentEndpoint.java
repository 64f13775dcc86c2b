package dev.underway.server.node;

import dev.underway.server.access.Authenticator;
import dev.underway.server.access.BlockingRoute;
import dev.underway.server.access.Enrolments;
import dev.underway.server.access.Names;
import dev.underway.server.access.Refused;
import dev.underway.server.access.Reply;
import dev.underway.server.access.Room;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import dev.underway.wire.Enrolment;
import dev.underway.wire.Wire;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/// `POST /agent/v1/enrol` of a [Enrolment.Request]: a machine with a join token becomes a host.
///
/// Open to everyone, so bounded: 64 KiB of body, some at a time from one address and from all, of which a few are
/// looked at, and few failures per address.
@ApplicationScoped
class EnrolmentEndpoint {
    private static final int MAX_BODY = 64 << 10;
    private static final int AT_A_TIME = 8;
    private static final Pattern MACHINE = Pattern.compile("[0-9a-f]{64}");

    private final Authenticator authenticator;
    private final Enrolments enrolments;
    private final ResourceStore store;
    private final Room room = new Room(1 << 20, 8 << 20);
    private final Semaphore turns = new Semaphore(AT_A_TIME, true);
    /// Those who succeed are not bounded by it.
    private final Pace failures = new Pace(20, Duration.ofSeconds(1));

    EnrolmentEndpoint(Authenticator authenticator, Enrolments enrolments, ResourceStore store) {
        this.authenticator = authenticator;
        this.enrolments = enrolments;
        this.store = store;
    }

    void routes(@Observes Router router) {
        new BlockingRoute(router, authenticator).add(HttpMethod.POST, Wire.ENROL, room, MAX_BODY, _ -> {}, this::enrol);
    }

    private Reply enrol(BlockingRoute.Request request) throws Refused, StoreException, InterruptedException {
        var remote = request.remote();
        if (!failures.allows(remote, Instant.now())) {
            throw new Refused(429, "TooManyRequests", "Too many enrolments from " + remote + " failed: wait a minute.");
        }
        turns.acquire();
        try {
            return enrol(request.body(Enrolment.Request.class));
        } catch (Refused refused) {
            failures.count(remote, Instant.now());
            throw refused;
        } finally {
            turns.release();
        }
    }

    private Reply enrol(Enrolment.Request request) throws Refused, StoreException {
        check(request);
        var key = HostChanges.key(request.host());
        // A name out of bounds is refused with its reason below; it is no key of the store.
        if (Names.isHost(request.host())
                && store.get(key).filter(Resource::deleting).isPresent()) {
            throw beingDeleted(request.host());
        }
        var enrolled = enrolments.enrol(request.token(), request.host(), request.machine(), request.csr());
        try {
            store.write(
                    key,
                    HostChanges.enrolled(
                            enrolled.labels(), request.labels(), request.facts(), request.machine(), enrolled.at()));
        } catch (StoreException e) {
            if (e.reason() == StoreException.Reason.CONFLICT) {
                throw beingDeleted(request.host());
            }
            throw e;
        }
        return Reply.json(200, new Enrolment.Response(enrolled.certificate(), enrolled.authority(), store.uid()));
    }

    @SuppressWarnings("NullAway") // the record is read from a stranger's JSON: any field may be absent
    private static void check(Enrolment.Request request) throws Refused {
        if (request.version() < 1 || request.version() > Wire.VERSION) {
            throw new Refused(
                    400,
                    "VersionNotSupported",
                    "This server speaks version " + Wire.VERSION + ": upgrade the older side.");
        }
        if (request.token() == null || request.host() == null || request.csr() == null) {
            throw Refused.badRequest("token, host and csr are needed.");
        }
        if (request.machine() == null || !MACHINE.matcher(request.machine()).matches()) {
            throw Refused.badRequest("machine must be 64 hexadecimal digits.");
        }
    }

    private static Refused beingDeleted(String host) {
        return new Refused(409, "NameTaken", "Host " + host + " is being deleted: try again in a minute.");
    }
}
