package dev.underway.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/// How a machine becomes a host: it shows a join token and a certificate request, and gets a client certificate.
public final class Enrolment {
    private Enrolment() {}

    /// `token` is a join token as printed by `underway join-token create`: `uw1.<id>.<secret>.<SHA-256 of the CA
    /// certificate, hexadecimal>`.
    /// `machine` is the hexadecimal SHA-256 of `/etc/machine-id` (application-specific, machine-id(5)). `csr` is
    /// PEM.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Request(
            int version,
            String token,
            String host,
            String machine,
            String csr,
            Map<String, String> labels,
            Map<String, String> facts) {}

    /// `certificate` and `ca` are PEM. `serverUid` is what every desired-state document of this server carries.
    public record Response(String certificate, String ca, String serverUid) {}

    /// `csr` is PEM, for a key of the same host; its subject counts for nothing.
    public record Renewal(int version, String csr) {}

    /// Both PEM.
    public record Renewed(String certificate, String ca) {}

    /// A refusal, from any agent endpoint. `reason` is CamelCase, such as `TokenExpired`, `TokenUsedUp`,
    /// `TokenUnknown`, `NameTaken`,
    /// `NameNotAllowed`, `MachineMismatch`, `NotEnrolled`; `message` says what to do.
    public record Refusal(String reason, String message) {}
}
