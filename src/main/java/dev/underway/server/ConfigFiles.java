package dev.underway.server;

import dev.underway.model.Environment;
import dev.underway.server.store.ServerConfig;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Reads the configuration before Quarkus runs, from the places and in the order that Quarkus would.
final class ConfigFiles {
    /// Between the defaults of a program and the environment (300), where Quarkus has this file too.
    private static final int ORDINAL = 260;

    private ConfigFiles() {}

    /// Sentences about variables of the environment that were meant for this program and have no effect.
    static List<String> mistakes(Set<String> variables) {
        return Environment.mistakes(
                variables,
                ConfigMappings.getProperties(ConfigClass.configClass(ServerConfig.class))
                        .keySet());
    }

    static ServerConfig read() throws StartRefused {
        return read(Path.of("config", "application.properties"));
    }

    static ServerConfig read(Path file) throws StartRefused {
        try {
            var builder = new SmallRyeConfigBuilder()
                    .addDiscoveredConverters()
                    .addDefaultInterceptors()
                    .addSystemSources()
                    .withMapping(ServerConfig.class);
            if (Files.exists(file)) {
                builder.withSources(new PropertiesConfigSource(file.toUri().toURL(), ORDINAL));
            }
            return builder.build().getConfigMapping(ServerConfig.class);
        } catch (ConfigValidationException e) {
            var problems = IntStream.range(0, e.getProblemCount())
                    .mapToObj(problem -> e.getProblem(problem).getMessage())
                    .collect(Collectors.joining("; "));
            throw new StartRefused(
                    StartRefused.Because.CONFIGURATION, "the configuration is not right: " + problems, e);
        } catch (IOException e) {
            throw new StartRefused(StartRefused.Because.CONFIGURATION, "cannot read " + file + ": " + e, e);
        }
    }
}
