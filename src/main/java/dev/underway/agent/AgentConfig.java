package dev.underway.agent;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Everything that can be set about an agent: in `/etc/underway/agent.properties`, or by environment variables such as
/// `UNDERWAY_AGENT_SERVER`. A key that is not listed here is an error at start.
@ConfigMapping(prefix = "underway.agent")
public interface AgentConfig {
    /// The server, such as `https://underway.example.com:8443`.
    Optional<URI> server();

    /// File with the join token; needed to enrol, and again when the certificate is over.
    @WithDefault("/etc/underway/join-token")
    Path joinTokenFile();

    /// Name of the host; the machine's hostname when absent.
    Optional<String> name();

    /// Labels that the host gives itself when it enrols: only those that begin with `host.underway.dev/` count, all
    /// others come with the join token.
    Map<String, String> labels();

    /// What the agent remembers.
    @WithDefault("/var/lib/underway")
    Path stateDirectory();

    /// The host owner's word about what may be done here.
    @WithDefault("/etc/underway/agent.yaml")
    Path policyFile();

    /// D-Bus address of the system bus.
    @WithDefault("unix:path=/run/dbus/system_bus_socket")
    String busAddress();

    /// How long one question for a new desired-state document waits at the server; it is a sign of life too.
    @WithDefault("30s")
    Duration pollWait();

    /// How often everything is looked at even if nothing has moved.
    @WithDefault("5m")
    Duration safetyNet();
}
