package dev.underway.server.access;

import dev.underway.server.store.StoreException;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/// How administrators let machines in and out. JSON; a refusal is `{"reason": …, "message": …}`.
///
/// * `POST /underway/v1/join-tokens` with `{"expiresIn": "24h", "uses": 1, "hosts": ["web-*"], "labels": {"role":
///   "web"}}` (all optional) answers 201 and `{id, token, expiresAt, uses, hosts, labels}`; the token is shown only
///   here.
/// * `GET /underway/v1/join-tokens` answers `{"items": [{id, expiresAt, uses, hosts, labels}]}`; `uses` is how many
///   are left.
/// * `DELETE /underway/v1/join-tokens/{id}` answers 204, or 404 `NotFound`. Hosts that joined by it stay.
/// * `POST /underway/v1/hosts/{name}/reset` answers 204, or 404 `NotFound`: the host's certificate no longer
///   counts, and the next machine may join under its name. What the host runs stays.
@ApplicationScoped
class AccessEndpoint {
    private static final Logger LOG = Logger.getLogger(AccessEndpoint.class);
    private static final int MAX_BODY = 64 << 10;

    private final Room room = new Room(1 << 20, 4 << 20);
    private final Authenticator authenticator;
    private final JoinTokens joinTokens;
    private final Enrolments enrolments;

    AccessEndpoint(Authenticator authenticator, JoinTokens joinTokens, Enrolments enrolments) {
        this.authenticator = authenticator;
        this.joinTokens = joinTokens;
        this.enrolments = enrolments;
    }

    void routes(@Observes Router router) {
        var route = new BlockingRoute(router, authenticator);
        route.add(HttpMethod.POST, "/underway/v1/join-tokens", room, MAX_BODY, AccessEndpoint::admins, this::create);
        route.add(HttpMethod.GET, "/underway/v1/join-tokens", room, 0, AccessEndpoint::admins, this::list);
        route.add(HttpMethod.DELETE, "/underway/v1/join-tokens/:id", room, 0, AccessEndpoint::admins, this::revoke);
        route.add(
                HttpMethod.POST, "/underway/v1/hosts/:name/reset", room, MAX_BODY, AccessEndpoint::admins, this::reset);
    }

    private static void admins(Caller caller) throws Refused {
        switch (caller) {
            case Caller.Person person when person.groups().contains(Caller.ADMINS) -> {}
            case Caller.Person person -> throw new Refused(403, "Forbidden", person.name() + " is no administrator.");
            case Caller.EnrolledHost host ->
                throw new Refused(403, "Forbidden", "This is for people, not for host " + host.host() + ".");
            case Caller.Nobody nobody ->
                throw new Refused(401, "Unauthorized", "Send the token of an administrator: " + nobody.why() + ".");
        }
    }

    private Reply create(BlockingRoute.Request request) throws Refused, StoreException {
        var wish = request.body(JoinTokens.Wish.class);
        var token = joinTokens.create(wish, person(request));
        LOG.infov("join token made: id={0} by={1} uses={2}", token.id(), person(request), token.uses());
        return Reply.json(201, token);
    }

    private Reply list(BlockingRoute.Request request) throws StoreException {
        return Reply.json(200, Map.of("items", List.copyOf(joinTokens.list())));
    }

    private Reply revoke(BlockingRoute.Request request) throws Refused, StoreException {
        var id = request.path("id");
        if (!joinTokens.revoke(id)) {
            throw new Refused(404, "NotFound", "There is no such join token.");
        }
        LOG.infov("join token revoked: id={0} by={1}", id, person(request));
        return Reply.empty(204);
    }

    private Reply reset(BlockingRoute.Request request) throws Refused, StoreException {
        var host = request.path("name");
        if (!enrolments.revoke(host)) {
            throw new Refused(404, "NotFound", "No certificate counts for a host of this name.");
        }
        LOG.infov("host reset: host={0} by={1}", host, person(request));
        return Reply.empty(204);
    }

    private static String person(BlockingRoute.Request request) {
        return request.caller() instanceof Caller.Person person ? person.name() : "?";
    }
}
