package dev.underway.agent;

import dev.underway.agent.execute.Executor;
import dev.underway.agent.execute.HostTools;
import dev.underway.agent.fetch.Artifacts;
import dev.underway.agent.fetch.DesiredStateStore;
import dev.underway.agent.fetch.Downloads;
import dev.underway.agent.fetch.Enroller.Machine;
import dev.underway.agent.fetch.FetchFailed;
import dev.underway.agent.fetch.Renderings;
import dev.underway.agent.fetch.Revisions;
import dev.underway.agent.fetch.ServerClient;
import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.Journal;
import dev.underway.agent.host.PolicySource;
import dev.underway.agent.host.SafeFiles;
import dev.underway.agent.host.StateDirectory;
import dev.underway.agent.host.WriteFailed;
import dev.underway.agent.observe.Listeners;
import dev.underway.agent.observe.Observer;
import dev.underway.agent.observe.Wake;
import dev.underway.agent.report.PlanMemory;
import dev.underway.agent.report.Reporter;
import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.verify.Verifier;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One agent, put together from its parts: the loop of passes on the calling thread, polling and reporting on a thread
/// each.
final class Agent {
    private static final Logger LOG = Logger.getLogger(Agent.class);

    /// How long a pass waits for a download; most are over by then, and what waits here heals nothing meanwhile.
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final AgentConfig config;
    private final HostRoot root;
    private final Systemd systemd;
    private final Machine machine;
    private final Bell bell = new Bell();
    private final Verifier verifier;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private volatile Ended ended = Ended.STOPPED;
    private volatile @Nullable Thread enrolling;

    /// Why a run is over.
    enum Ended {
        STOPPED,
        /// The host has another identity: what it works by has to be read anew.
        JOINED_AGAIN
    }

    Agent(AgentConfig config, HostRoot root, Systemd systemd, Machine machine) {
        this.config = config;
        this.root = root;
        this.systemd = systemd;
        this.machine = machine;
        this.verifier = new Verifier(systemd);
    }

    /// Works until [#stop] or until the thread is interrupted. The last known good state is converged to at once; the
    /// server is only needed to enrol.
    Ended run(URI url) throws IOException, FetchFailed, WriteFailed, InterruptedException {
        try (var state = StateDirectory.open(config.stateDirectory())) {
            enrolling = Thread.currentThread();
            var membership = new Membership(state, url, config.joinTokenFile(), machine, Clock.systemUTC());
            var identity = membership.identity();
            enrolling = null;
            var store = new DesiredStateStore(state, identity);
            var journal = new Journal(state);
            var files = new SafeFiles(root);
            sweep(files, journal);
            try (var server = new ServerClient(url, identity, machine.machine());
                    var wake = Wake.start(root, this::wake)) {
                var reporter = new Reporter(server::report);
                var poll = new Poll(server, store, this::wake, config.pollWait());
                systemd.onChange(unit -> bell.ring());
                var polling = Thread.ofVirtual().name("poll").start(poll::run);
                var renewal = new Renewal(
                        state,
                        server,
                        membership,
                        identity,
                        this::joinedAgain,
                        Clock.systemUTC(),
                        ThreadLocalRandom.current());
                var renewing = Thread.ofVirtual().name("renew").start(renewal::run);
                var reporting = Thread.ofVirtual().name("report").start(reporter::run);
                try {
                    var artifacts = new Artifacts(state.store());
                    try (var downloads = new Downloads(artifacts, this::wake, PATIENCE)) {
                        var pass = pass(state, store, journal, files, server, artifacts, downloads, reporter, wake);
                        new Loop(pass, bell, stopping, config.safetyNet()).run();
                    }
                } finally {
                    polling.interrupt();
                    renewing.interrupt();
                    reporting.interrupt();
                }
            }
        }
        return ended;
    }

    private void joinedAgain() {
        ended = Ended.JOINED_AGAIN;
        stopping.set(true);
        wake();
    }

    /// Ends the run after the step that is under way, and at once while it waits to be enrolled.
    void stop() {
        stopping.set(true);
        wake();
        var waiting = enrolling;
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    /// Has everything looked at: in the next pass, which does not wait for the end of this one's trials.
    void wake() {
        bell.ring();
        verifier.tell();
    }

    private Pass pass(
            StateDirectory state,
            DesiredStateStore store,
            Journal journal,
            SafeFiles files,
            ServerClient server,
            Artifacts artifacts,
            Downloads downloads,
            Reporter reporter,
            Wake wake)
            throws IOException {
        var revisions = new Revisions(state, server::revision);
        var renderings = new Renderings(state, revisions);
        var retries = new Retries(System::nanoTime, ThreadLocalRandom.current());
        var holds = new Holds(System::nanoTime);
        var tools = new HostTools(root);
        var policy = new PolicySource(config.policyFile());
        var verdicts = new Verdicts(state);
        var listeners = new Listeners(root);
        return new Pass(
                store,
                new Admission(revisions, renderings, downloads, policy, files, retries, holds, verdicts),
                new Observer(root, systemd, artifacts, listeners, wake, InstantSource.system()),
                journal,
                new Executor(root, files, tools, systemd, verifier, journal, stopping::get),
                new Verification(verifier, systemd, listeners, new Unproven(state)),
                new Conclusion(
                        machine.machine(),
                        machine.facts(),
                        journal,
                        renderings,
                        retries,
                        holds,
                        verdicts,
                        new PlanMemory(state),
                        tools::lastWords,
                        reporter::offer),
                new Housekeeping(state, artifacts, renderings),
                new EarlierConnections(System::nanoTime));
    }

    /// What a kill in the middle of a batch left beside its place.
    static void sweep(SafeFiles files, Journal journal) throws WriteFailed {
        for (var owned : journal.inventory().owned().values()) {
            files.sweep(owned.paths().keySet());
        }
        LOG.debugv("swept: sets={0}", journal.inventory().owned().size());
    }
}
