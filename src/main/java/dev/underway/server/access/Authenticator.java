package dev.underway.server.access;

import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;

/// Tells who makes a request: by bearer token, else by client certificate.
@ApplicationScoped
public class Authenticator {
    /// Never throws; a request without valid credentials is [Caller.Nobody]. Cheap enough for every request, and free
    /// of blocking calls.
    public Caller caller(HttpServerRequest request) {
        return new Caller.Nobody("not implemented");
    }
}
