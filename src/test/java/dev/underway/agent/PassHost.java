package dev.underway.agent;

import dev.underway.agent.execute.Executor;
import dev.underway.agent.execute.HostTools;
import dev.underway.agent.fetch.Artifacts;
import dev.underway.agent.fetch.DesiredStateStore;
import dev.underway.agent.fetch.Downloads;
import dev.underway.agent.fetch.FetchFailed;
import dev.underway.agent.fetch.Identity;
import dev.underway.agent.fetch.Renderings;
import dev.underway.agent.fetch.Revisions;
import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.Journal;
import dev.underway.agent.host.PolicySource;
import dev.underway.agent.host.SafeFiles;
import dev.underway.agent.host.StateDirectory;
import dev.underway.agent.observe.Listeners;
import dev.underway.agent.observe.Observer;
import dev.underway.agent.observe.Wake;
import dev.underway.agent.report.PlanMemory;
import dev.underway.agent.systemd.FakeSystemd;
import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.agent.verify.Verifier;
import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.Contents;
import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Revision.Content;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.Templates;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.testing.disk.WatchedDisk;
import dev.underway.wire.DesiredState;
import dev.underway.wire.DesiredState.Entry;
import dev.underway.wire.DesiredState.Held;
import dev.underway.wire.DesiredState.Tombstone;
import dev.underway.wire.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// A host in a directory: real files, a systemd without processes, and an agent without a network. Documents are given
/// to it by [#desire]; a kill of the agent is [#restartAgent].
final class PassHost implements AutoCloseable {
    private static final Identity IDENTITY = new Identity("web1", "server-a", "", "", "");

    final Path root;
    /// Of a host in a directory; a booted one has its own.
    final @Nullable FakeSystemd systemd;

    final Effects effects = new Effects();
    final Interruptible door;
    final List<Report> reports = new ArrayList<>();
    long nanos;
    boolean serverIsAway;
    private final Map<String, byte[]> contents = new HashMap<>();
    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<String, Tombstone> tombstones = new HashMap<>();
    private long serial;
    private @Nullable Held held;
    private StateDirectory state;
    private DesiredStateStore store;
    private Pass pass;
    private Wake wake;
    final Semaphore woken = new Semaphore(0);

    PassHost(Path root) throws Exception {
        this.root = root;
        Files.createDirectories(root.resolve("etc/systemd/system"));
        systemd = new FakeSystemd(root.resolve("etc/systemd/system"));
        door = new Interruptible(systemd, root, effects);
        startAgent();
    }

    /// A booted host, whose files are seen at `root`.
    PassHost(Path root, Systemd real) throws Exception {
        this.root = root;
        systemd = null;
        door = new Interruptible(real, root, effects);
        startAgent();
    }

    /// The same agent and what it was told, after another boot of its host.
    PassHost on(Path root, Systemd real) throws Exception {
        var other = new PassHost(root, real);
        other.contents.putAll(contents);
        other.entries.putAll(entries);
        other.tombstones.putAll(tombstones);
        other.serial = serial;
        return other;
    }

    private void startAgent() throws Exception {
        var hostRoot = new HostRoot(WatchedDisk.at(root, effects));
        state = StateDirectory.open(hostRoot.resolve("/var/lib/underway"));
        store = new DesiredStateStore(state, IDENTITY);
        wake = Wake.start(new HostRoot(root), woken::release);
        var files = new SafeFiles(hostRoot);
        var journal = new Journal(state);
        Agent.sweep(files, journal);
        var artifacts = new Artifacts(state.store());
        var revisions = new Revisions(state, this::content);
        var renderings = new Renderings(state, revisions);
        var retries = new Retries(() -> nanos, new Random(1));
        var holds = new Holds(() -> nanos);
        var verdicts = new Verdicts(state);
        var listeners = new Listeners(hostRoot);
        pass = new Pass(
                store,
                new Admission(
                        revisions,
                        renderings,
                        new Downloads(artifacts, woken::release, Duration.ofSeconds(10)),
                        new PolicySource(hostRoot.resolve("/etc/underway/agent.yaml")),
                        files,
                        retries,
                        holds,
                        verdicts),
                new Observer(
                        hostRoot,
                        door,
                        artifacts,
                        listeners,
                        wake,
                        () -> Instant.now().plusNanos(nanos)),
                journal,
                new Executor(hostRoot, files, new HostTools(hostRoot), door, new Verifier(door), journal, () -> false),
                new Verification(new Verifier(door), door, listeners, new Unproven(state)),
                new Conclusion(
                        "machine",
                        Map.of(),
                        journal,
                        renderings,
                        retries,
                        holds,
                        verdicts,
                        new PlanMemory(state),
                        _ -> "",
                        reports::add),
                new Housekeeping(state, artifacts, renderings),
                new EarlierConnections(() -> nanos));
    }

    private byte[] content(String digest) throws FetchFailed {
        var bytes = contents.get(digest);
        if (bytes == null || serverIsAway) {
            throw new FetchFailed("ServerUnreachable", "the server is away");
        }
        return bytes;
    }

    /// As after a kill: nothing but the disk is left of the agent.
    void restartAgent() throws Exception {
        wake.close();
        state.close();
        effects.fromNow();
        startAgent();
    }

    /// The host was deleted and joins again with what its disk remembers, to be told nothing of what it had.
    void joinAnew() throws Exception {
        entries.clear();
        tombstones.clear();
        DesiredStateStore.forget(state);
        restartAgent();
    }

    /// One pass, and those that it takes to see the end of its trials.
    Outcome pass() throws InterruptedException {
        var outcome = pass.run();
        while (outcome instanceof Outcome.Waiting waiting && waiting.on().equals(Conclusion.TRIALS)) {
            outcome = pass.run();
        }
        return outcome;
    }

    /// Assigns `content` to `set` and lets the agent hear of it.
    void desire(String set, Content content, Policy policy) throws Exception {
        var digest = Contents.digest(content);
        contents.put(digest, Contents.canonical(content));
        var since = Instant.parse("2026-01-01T00:00:00Z").plusSeconds(entries.size());
        entries.put(
                set,
                new Entry(
                        "shop",
                        set,
                        "uid-" + set,
                        ++serial,
                        since,
                        set + "-" + digest.substring(0, 10),
                        digest,
                        policy));
        tombstones.remove(set);
        publish();
    }

    /// A person says `underway retry`.
    void retry(String set) throws Exception {
        entries.computeIfPresent(set, (_, old) -> {
            var p = old.policy();
            var policy = new Policy(
                    p.units(),
                    p.adoptFiles(),
                    p.drift(),
                    p.restartedAt(),
                    p.healthyDeadline(),
                    Instant.parse("2026-02-01T00:00:00Z"));
            return new Entry(
                    old.namespace(),
                    old.unitSet(),
                    old.uid(),
                    ++serial,
                    old.since(),
                    old.revision(),
                    old.digest(),
                    policy);
        });
        publish();
    }

    /// With the shortest of trials.
    void desire(String set, Content content) throws Exception {
        var trial = new Readiness(null, null, null, Duration.ofMillis(1), Duration.ofSeconds(5));
        var units = content.unitsOrEmpty().stream()
                .map(unit -> new UnitPolicy(unit.name(), null, null, null, null, trial, null))
                .toList();
        desire(set, content, new Policy(units, null, null, null, null));
    }

    /// Assigns a content with templates, with these values of the host.
    void desire(String set, Content content, Map<String, String> values) throws Exception {
        desire(set, content, values, Contents.digest(Templates.render(content, values)));
    }

    /// @param rendered what the server says that becomes of the content
    void desire(String set, Content content, Map<String, String> values, String rendered) throws Exception {
        desire(set, content);
        entries.computeIfPresent(
                set,
                (_, plain) -> new Entry(
                        plain.namespace(),
                        plain.unitSet(),
                        plain.uid(),
                        plain.generation(),
                        plain.since(),
                        plain.revision(),
                        Entry.digestOf(plain.digest(), rendered),
                        plain.policy(),
                        null,
                        values,
                        rendered));
        publish();
    }

    void remove(String set, boolean orphan) throws Exception {
        entries.remove(set);
        tombstones.put(set, new Tombstone("shop", set, "uid-" + set, orphan, null));
        publish();
    }

    /// Holds the whole host for so long; 0 releases it.
    void hold(long seconds) throws Exception {
        held = seconds == 0 ? null : new Held(seconds, "held by ann until noon: we look into it");
        publish();
    }

    /// Holds one set.
    void hold(String set, long seconds) throws Exception {
        var hold = new Held(seconds, "held by ann until noon: we look");
        entries.computeIfPresent(set, (_, entry) -> entry.with(hold));
        tombstones.computeIfPresent(set, (_, stone) -> stone.with(hold));
        publish();
    }

    private void publish() throws FetchFailed {
        var document = new DesiredState(
                1, "server-a", ++serial, "web1", List.copyOf(entries.values()), List.copyOf(tombstones.values()), held);
        store.accept(Codec.bytes(document));
    }

    Assignment.Status status(String set) {
        return reports.getLast().assignments().stream()
                .filter(report -> report.unitSet().equals(set))
                .findFirst()
                .orElseThrow()
                .status();
    }

    /// Such as `True AsDesired`.
    String condition(String set, String type) {
        return conditionOf(set, type).status() + " " + conditionOf(set, type).reason();
    }

    Condition conditionOf(String set, String type) {
        return status(set).conditions().stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst()
                .orElseThrow();
    }

    String text(String path) throws IOException {
        return Files.readString(root.resolve(path.substring(1)));
    }

    void put(String path, String text) throws IOException {
        Files.createDirectories(root.resolve(path.substring(1)).getParent());
        Files.writeString(root.resolve(path.substring(1)), text);
    }

    boolean exists(String path) {
        return Files.exists(root.resolve(path.substring(1)), LinkOption.NOFOLLOW_LINKS);
    }

    long pid(String unit) {
        return unit(unit).mainPid();
    }

    UnitStatus unit(String unit) {
        try {
            return Objects.requireNonNull(door.status(List.of(unit)).get(unit));
        } catch (SystemdException e) {
            throw new IllegalStateException(e);
        }
    }

    static Content content(List<ManagedFile> files, UnitText... units) {
        return new Content(null, files, List.of(units));
    }

    static ManagedFile file(String path, String text) {
        return new ManagedFile(path, null, null, null, text, null, null);
    }

    /// A service that runs `command` until it is stopped and can reload.
    static UnitText service(String name, String command) {
        return new UnitText(name, """
            [Service]
            ExecStart=%s
            ExecReload=/bin/true
            [Install]
            WantedBy=multi-user.target
            """.formatted(command), null);
    }

    @Override
    public void close() throws Exception {
        wake.close();
        state.close();
    }
}
