package dev.underway.server.access;

import java.util.Set;

/// Who makes a request.
public sealed interface Caller {
    /// The group whose members may do everything.
    String ADMINS = "underway:admins";

    /// The group of everyone with a token.
    String AUTHENTICATED = "system:authenticated";

    /// A person or a tool with a token. The group [#ADMINS] may do everything.
    record Person(String name, Set<String> groups) implements Caller {}

    /// An agent with its host's current client certificate. `machine` is the digest of the machine id that the
    /// certificate is bound to.
    record EnrolledHost(String host, String certificateSerial, String machine) implements Caller {}

    /// No credentials, or none that hold; `why` may be shown to the caller.
    record Nobody(String why) implements Caller {}
}
