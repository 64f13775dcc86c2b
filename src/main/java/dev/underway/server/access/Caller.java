package dev.underway.server.access;

import java.util.Set;

/// Who makes a request.
public sealed interface Caller {
    /// A person or a tool with a token. The group `underway:admins` may do everything.
    record Person(String name, Set<String> groups) implements Caller {}

    /// An agent with a client certificate of this server's CA that is not revoked.
    record EnrolledHost(String host, String certificateSerial) implements Caller {}

    /// No credentials, or none that hold; `why` may be shown to the caller.
    record Nobody(String why) implements Caller {}
}
