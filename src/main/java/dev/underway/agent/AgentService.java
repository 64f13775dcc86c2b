package dev.underway.agent;

import dev.underway.agent.fetch.Enroller.Machine;
import dev.underway.agent.fetch.FetchFailed;
import dev.underway.agent.host.Facts;
import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.MachineId;
import dev.underway.agent.host.WriteFailed;
import dev.underway.agent.systemd.DbusSystemd;
import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.model.Environment;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The agent as a Quarkus application; only in the agent's build.
@ApplicationScoped
@IfBuildProfile("agent")
class AgentService {
    private static final Logger LOG = Logger.getLogger(AgentService.class);

    /// Longest wait for the step that is under way when the service is stopped; below TimeoutStopSec= of the unit.
    private static final long STOP_MILLIS = 80_000;

    private final AgentConfig config;
    private final String version;
    private @Nullable Agent agent;
    private @Nullable Thread thread;

    AgentService(AgentConfig config, @ConfigProperty(name = "quarkus.application.version") String version) {
        this.config = config;
        this.version = version;
    }

    void start(@Observes StartupEvent event) throws IOException {
        mistakes(System.getenv().keySet()).forEach(LOG::warn);
        var server = config.server()
                .orElseThrow(() -> new IOException("underway.agent.server is not set: name the server's URL in"
                        + " /etc/underway/agent.properties"));
        var systemd = DbusSystemd.open(config.busAddress());
        var machine = new Machine(
                config.name().orElseGet(AgentService::hostname),
                MachineId.read(Path.of("/etc/machine-id")),
                config.labels(),
                Facts.read(HostRoot.SYSTEM.directory(), server, versionOf(systemd), version));
        var started = new Agent(config, HostRoot.SYSTEM, systemd, machine);
        agent = started;
        thread = Thread.ofPlatform().name("agent").start(() -> run(started, server));
    }

    /// Sentences about variables of the environment that were meant for this program and have no effect.
    static List<String> mistakes(Set<String> variables) {
        return Environment.mistakes(
                variables,
                ConfigMappings.getProperties(ConfigClass.configClass(AgentConfig.class))
                        .keySet());
    }

    private static void run(Agent agent, URI server) {
        try {
            switch (agent.run(server)) {
                case STOPPED -> {}
                case JOINED_AGAIN -> {
                    LOG.info("this host has joined again; systemd starts the agent with its new identity");
                    Quarkus.asyncExit(0);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted", e);
        } catch (IOException | FetchFailed | WriteFailed e) {
            LOG.errorv("the agent cannot work: {0}", e.getMessage());
            Quarkus.asyncExit(1);
        } catch (RuntimeException e) {
            LOG.error("a bug ended the agent; systemd starts it again", e);
            Quarkus.asyncExit(1);
        }
    }

    /// Everything is looked at now and then, should a signal ever be missed.
    @Scheduled(every = "${underway.agent.safety-net:5m}", delayed = "${underway.agent.safety-net:5m}")
    void safetyNet() {
        var running = agent;
        if (running != null) {
            running.wake();
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        var running = agent;
        var worker = thread;
        if (running != null && worker != null) {
            running.stop();
            worker.join(STOP_MILLIS);
        }
    }

    /// Empty when systemd cannot be reached now; the agent works as soon as it can be.
    private static String versionOf(Systemd systemd) {
        try {
            return Integer.toString(systemd.version());
        } catch (SystemdException e) {
            LOG.warnv("systemd does not tell its version: {0}", e.getMessage());
            return "";
        }
    }

    private static String hostname() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname"), StandardCharsets.US_ASCII)
                    .strip()
                    .toLowerCase(Locale.ROOT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
