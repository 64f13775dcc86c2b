package dev.underway.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.underway.server.access.Caller;
import io.vertx.core.MultiMap;
import java.util.Set;

/// Requests as tests make them.
final class Requests {
    private Requests() {}

    static Request of(String method, String contentType, byte[] body) {
        return new Request(
                method,
                "/",
                MultiMap.caseInsensitiveMultiMap(),
                MultiMap.caseInsensitiveMultiMap().add("Content-Type", contentType),
                body,
                new Caller.Person("ada", Set.of(Caller.ADMINS)),
                HostGlance.Source.NONE);
    }

    static Request of(String method, String contentType, String body) {
        return of(method, contentType, body.getBytes(UTF_8));
    }
}
