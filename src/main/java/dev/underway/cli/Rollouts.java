package dev.underway.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.Revision;
import dev.underway.model.RolloutStatus;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetRollout;
import dev.underway.model.UnitSetSpec.Pin;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `underway rollout …`: how a change of a UnitSet gets on over the fleet, and what a person says about it.
@Command(name = "rollout", resourceBundle = Underway.HELP, mixinStandardHelpOptions = true)
final class Rollouts {
    static final String NAME = "[NAMESPACE/]NAME";

    private final Console console;

    Rollouts(Console console) {
        this.console = console;
    }

    enum Output {
        TEXT,
        JSON
    }

    /// What `-o json` prints of a rollout.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Told(
            String namespace,
            String name,
            RolloutVerdict.End end,
            String reason,
            String message,
            @Nullable RolloutStatus rollout) {}

    @Command(name = "status", resourceBundle = Underway.HELP)
    int status(
            @Mixin Target target,
            @Parameters(paramLabel = NAME, descriptionKey = "name") String name,
            @Option(
                            names = {"-w", "--watch"},
                            descriptionKey = "watch")
                    boolean watch,
            @Option(names = "--timeout", paramLabel = "DURATION", defaultValue = "10m", descriptionKey = "timeout")
                    Duration timeout,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "text|json",
                            defaultValue = "text",
                            descriptionKey = "output")
                    Output output)
            throws CommandFailed {
        return on(target, name, (api, subject) -> {
            if (watch) {
                return follow(api, subject, null, timeout, output);
            }
            var set = subject.unitSet(api);
            var seen = new RolloutFollower.Seen(set, RolloutVerdict.of(set));
            if (output == Output.TEXT) {
                var terminal = console.terminal();
                RolloutText.picture(set, seen.verdict(), Instant.now())
                        .forEach(line -> console.out()
                                .draw(line.rendered(Integer.MAX_VALUE, terminal != null && terminal.colours()) + "\n"));
            }
            return ended(seen, false, output);
        });
    }

    private int follow(ApiClient api, Subject subject, @Nullable String expected, Duration timeout, Output output)
            throws CommandFailed {
        var follower = new RolloutFollower(console, subject, expected, output == Output.JSON);
        return ended(follower.follow(api, timeout), true, output);
    }

    /// The last word, on standard error when it is not a good one.
    private int ended(RolloutFollower.Seen seen, boolean waited, Output output) {
        var verdict = seen.verdict();
        var exit = verdict.exit(waited);
        if (output == Output.JSON) {
            var subject = Subject.of(seen.set());
            var status = seen.set().status();
            console.out()
                    .println(Underway.pretty(Codec.tree(new Told(
                            subject.namespace(),
                            subject.name(),
                            verdict.end(),
                            verdict.reason(),
                            verdict.message(),
                            status == null ? null : status.rollout()))));
        } else {
            (exit == Exit.OK ? console.out() : console.err()).println(RolloutText.ending(seen.set(), verdict));
        }
        if (seen.silence() != null) {
            console.remark(seen.silence().sentence());
        }
        return exit.code();
    }

    @Command(name = "history", resourceBundle = Underway.HELP)
    int history(
            @Mixin Target target,
            @Parameters(paramLabel = NAME, descriptionKey = "name") String name,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "text|json",
                            defaultValue = "text",
                            descriptionKey = "output")
                    Output output)
            throws CommandFailed {
        return on(target, name, (api, subject) -> {
            var history = history(api, subject);
            if (output == Output.JSON) {
                console.out().println(Underway.pretty(Codec.tree(Map.of("items", history.rows()))));
            } else {
                console.out().print(history.table(Instant.now()));
            }
            return Exit.OK.code();
        });
    }

    private static RolloutHistory history(ApiClient api, Subject subject) throws CommandFailed {
        var set = subject.unitSet(api);
        var revisions = api.list(Kind.REVISION, subject.namespace(), "spec.unitSet=" + subject.name()).items().stream()
                .map(object -> Codec.read(object, Revision.class))
                .toList();
        return new RolloutHistory(set, revisions);
    }

    @Command(name = "undo", resourceBundle = Underway.HELP)
    int undo(
            @Mixin Target target,
            @Parameters(paramLabel = NAME, descriptionKey = "name") String name,
            @Option(names = "--to-revision", paramLabel = "NUMBER|NAME", descriptionKey = "to-revision") @Nullable
                    String revision,
            @Option(names = "--reason", paramLabel = "TEXT", descriptionKey = "reason") @Nullable String reason,
            @Option(
                            names = {"-w", "--watch"},
                            descriptionKey = "watch")
                    boolean watch,
            @Option(names = "--timeout", paramLabel = "DURATION", defaultValue = "10m", descriptionKey = "timeout")
                    Duration timeout)
            throws CommandFailed {
        return on(target, name, (api, subject) -> {
            var history = history(api, subject);
            var back = revision == null ? history.previous() : history.chosen(revision);
            var chosen = back.metadata().name();
            if (history.hasFailed(chosen)) {
                console.warn(chosen + " failed when it was rolled out last: it stays so until you say 'underway rollout"
                        + " retry " + subject + "'");
            }
            ObjectNode patch = Codec.JSON.createObjectNode();
            patch.withObject("/spec").set("pin", Codec.tree(new Pin(chosen, reason)));
            var set = subject.patch(api, patch);
            console.out()
                    .println(subject.printed() + " goes back to " + chosen + ", its revision "
                            + back.spec().number());
            var content = RolloutVerdict.contentRevision(set);
            if (!content.equals(chosen)) {
                console.remark("It stays there until its content changes, or until you say 'underway rollout unpin "
                        + subject + "': then " + history.onceUnpinned(content) + ".");
            }
            return watch ? follow(api, subject, chosen, timeout, Output.TEXT) : Exit.OK.code();
        });
    }

    @Command(name = "unpin", resourceBundle = Underway.HELP)
    int unpin(@Mixin Target target, @Parameters(paramLabel = NAME, descriptionKey = "name") String name)
            throws CommandFailed {
        return on(target, name, (api, subject) -> {
            var history = history(api, subject);
            var pin = history.set().spec().pin();
            if (pin == null) {
                console.remark(subject + " is not held at any revision.");
                return Exit.OK.code();
            }
            ObjectNode patch = Codec.JSON.createObjectNode();
            patch.withObject("/spec").putNull("pin");
            var set = subject.patch(api, patch);
            return done(
                    subject,
                    "is not held at " + pin.revision() + " any more; "
                            + history.onceUnpinned(RolloutVerdict.contentRevision(set)));
        });
    }

    @Command(name = "pause", resourceBundle = Underway.HELP)
    int pause(@Mixin Target target, @Parameters(paramLabel = NAME, descriptionKey = "name") String name)
            throws CommandFailed {
        return on(target, name, (api, subject) -> {
            ObjectNode patch = Codec.JSON.createObjectNode();
            patch.withObject("/spec").put("paused", true);
            subject.patch(api, patch);
            return done(subject, "paused");
        });
    }

    @Command(name = "resume", resourceBundle = Underway.HELP)
    int resume(@Mixin Target target, @Parameters(paramLabel = NAME, descriptionKey = "name") String name)
            throws CommandFailed {
        return on(target, name, (api, subject) -> {
            ObjectNode patch = Codec.JSON.createObjectNode();
            patch.withObject("/spec").putNull("paused");
            subject.patch(api, patch);
            return done(subject, "resumed");
        });
    }

    @Command(name = "restart", resourceBundle = Underway.HELP)
    int restart(@Mixin Target target, @Parameters(paramLabel = NAME, descriptionKey = "name") String name)
            throws CommandFailed {
        return on(target, name, (api, subject) -> {
            ObjectNode patch = Codec.JSON.createObjectNode();
            patch.withObject("/spec")
                    .put(
                            "restartedAt",
                            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
            subject.patch(api, patch);
            return done(subject, "restarts");
        });
    }

    @Command(name = "promote", resourceBundle = Underway.HELP)
    int promote(
            @Mixin Target target,
            @Parameters(paramLabel = NAME, descriptionKey = "name") String name,
            @Option(names = "--wave", paramLabel = "WAVE", descriptionKey = "wave") @Nullable String wave,
            @Option(names = "--all", descriptionKey = "all") boolean all)
            throws CommandFailed {
        if (all && wave != null) {
            throw new CommandFailed(Exit.USAGE, "--wave and --all exclude each other");
        }
        return on(target, name, (api, subject) -> {
            ObjectNode said = Codec.JSON.createObjectNode();
            if (all) {
                said.put("all", true);
            } else if (wave != null) {
                said.put("wave", wave);
            }
            var answer = api.send("POST", subject.path("/promote"), ApiClient.Content.json(said));
            var words = Codec.read(answer.body(), UnitSet.class).status();
            var promoted = words == null || words.words() == null
                    ? null
                    : words.words().promoted();
            return done(
                    subject,
                    "promoted: it goes on "
                            + (all || promoted == null || promoted.wave() == null
                                    ? "without waiting for its waves"
                                    : "after wave " + promoted.wave()));
        });
    }

    @Command(name = "retry", resourceBundle = Underway.HELP)
    int retry(@Mixin Target target, @Parameters(paramLabel = NAME, descriptionKey = "name") String name)
            throws CommandFailed {
        return on(target, name, (api, subject) -> Retry.ofSet(console, api, subject));
    }

    /// Confirms as many hosts as the server asks about, so that a slip that went on meanwhile is not confirmed too.
    @Command(name = "confirm-removal", resourceBundle = Underway.HELP)
    int confirmRemoval(@Mixin Target target, @Parameters(paramLabel = NAME, descriptionKey = "name") String name)
            throws CommandFailed {
        return on(target, name, (api, subject) -> {
            var report = Codec.read(api.get(subject.path("/rollout")).body(), UnitSetRollout.class);
            long hosts = report.hosts().stream()
                    .filter(host -> host.reason().equals(UnitSet.REMOVAL_NEEDS_CONFIRMATION))
                    .count();
            if (hosts == 0) {
                throw new CommandFailed(Exit.FAILED, "no removal of " + subject + " waits for a confirmation");
            }
            ObjectNode patch = Codec.JSON.createObjectNode();
            patch.withObject("/metadata").withObject("/annotations").put(UnitSet.CONFIRM_REMOVAL, Long.toString(hosts));
            subject.patch(api, patch);
            return done(subject, "is removed from " + hosts + " hosts");
        });
    }

    private interface Deed {
        int on(ApiClient api, Subject subject) throws CommandFailed;
    }

    private int on(Target target, String name, Deed deed) throws CommandFailed {
        var connection = target.connection(console);
        try (var api = target.client(connection)) {
            return deed.on(api, Subject.of(name, connection.namespace()));
        }
    }

    private int done(Subject subject, String what) {
        console.out().println(subject.printed() + " " + what);
        return Exit.OK.code();
    }
}
