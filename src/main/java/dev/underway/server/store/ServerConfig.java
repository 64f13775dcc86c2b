package dev.underway.server.store;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/// What an operator can configure of the server, besides Quarkus's own keys. Defaults are here and nowhere else.
@ConfigMapping(prefix = "underway")
public interface ServerConfig {
    /// Where the server keeps its authority, its keys, the administrator's kubeconfig and the embedded database.
    @WithDefault("/var/lib/underway-server")
    Path stateDirectory();

    /// How long a host may be silent before it counts as lost. Agents are made to call at least every two thirds of it.
    @WithDefault("90s")
    Duration lease();
}
