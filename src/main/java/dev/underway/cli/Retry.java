package dev.underway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `underway retry`: what failed is forgotten and tried again. A rollout that failed begins anew, wave by wave; where
/// none failed, single hosts forget that a revision failed on them. The server writes down who asked for it.
@Command(name = "retry", resourceBundle = Underway.HELP)
final class Retry implements Callable<Integer> {
    private static final Set<String> NO_ROLLOUT = Set.of("Conflict", "NotFound");

    private final Console console;

    @Mixin
    private Target target = new Target();

    @Parameters(paramLabel = Rollouts.NAME, descriptionKey = "name")
    private String name = "";

    Retry(Console console) {
        this.console = console;
    }

    /// A name with a dot is an assignment, else a UnitSet.
    @Override
    public Integer call() throws CommandFailed {
        var connection = target.connection(console);
        try (var api = target.client(connection)) {
            var subject = Subject.of(name, connection.namespace());
            return subject.name().indexOf('.') < 0
                    ? ofSet(console, api, subject)
                    : ofHosts(
                            console,
                            api,
                            subject,
                            one -> subject.name().equals(one.metadata().name()));
        }
    }

    /// The hosts of a rollout are told by the server, in its order.
    static int ofSet(Console console, ApiClient api, Subject subject) throws CommandFailed {
        try {
            api.send("POST", subject.path("/retry"), ApiClient.Content.json(Codec.JSON.createObjectNode()));
            console.out().println(subject.printed() + " tried again");
            return Exit.OK.code();
        } catch (Refused e) {
            if (!NO_ROLLOUT.contains(e.reason())) {
                throw e;
            }
            return ofHosts(
                    console,
                    api,
                    subject,
                    one -> subject.name().equals(one.spec().unitSet()));
        }
    }

    private static int ofHosts(Console console, ApiClient api, Subject subject, Predicate<Assignment> isMeant)
            throws CommandFailed {
        var named = api.list(Kind.ASSIGNMENT, subject.namespace()).stream()
                .map(object -> Codec.read(object, Assignment.class))
                .filter(isMeant)
                .toList();
        if (named.isEmpty()) {
            throw new CommandFailed(
                    Exit.FAILED,
                    subject.name() + " is on no host: see `underway status --hosts -n " + subject.namespace() + "`");
        }
        var failed = named.stream().filter(Retry::isFailed).toList();
        for (var assignment : failed) {
            ObjectNode patch = Codec.JSON.createObjectNode();
            patch.withObject("/spec/policy").put("retriedAt", Instant.now().toString());
            api.send(
                    "PATCH",
                    ApiClient.path(
                            Kind.ASSIGNMENT,
                            subject.namespace(),
                            assignment.metadata().name()),
                    ApiClient.Content.mergePatch(patch));
            console.out()
                    .println("assignment.underway.dev/" + assignment.metadata().name() + " tried again");
        }
        if (failed.isEmpty()) {
            console.remark("Nothing of " + subject.name() + " has failed.");
        }
        return Exit.OK.code();
    }

    private static boolean isFailed(Assignment assignment) {
        var status = assignment.status();
        var conditions = status == null || status.conditions() == null ? List.<Condition>of() : status.conditions();
        return conditions.stream().anyMatch(condition -> condition.status() == Condition.Status.False);
    }
}
