package dev.underway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.Kind;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `underway retry`: hosts forget that a revision failed on them, and try it again at once. The server writes down who
/// asked for it.
@Command(name = "retry", resourceBundle = Underway.HELP)
final class Retry implements Callable<Integer> {
    private final Console console;

    @Mixin
    private Target target = new Target();

    @Parameters(paramLabel = "[NAMESPACE/]NAME", descriptionKey = "name")
    private String name = "";

    Retry(Console console) {
        this.console = console;
    }

    /// `NAMESPACE/UNITSET` or a name in the namespace: one with a dot is an assignment, else a UnitSet.
    record Subject(String namespace, String name) {
        static Subject of(String text, String namespace) {
            int slash = text.indexOf('/');
            return slash < 0
                    ? new Subject(namespace, text)
                    : new Subject(text.substring(0, slash), text.substring(slash + 1));
        }

        boolean names(Assignment assignment) {
            return name.indexOf('.') >= 0
                    ? name.equals(assignment.metadata().name())
                    : name.equals(assignment.spec().unitSet());
        }
    }

    @Override
    public Integer call() throws CommandFailed {
        var connection = target.connection(console);
        try (var api = target.client(connection)) {
            var subject = Subject.of(name, connection.namespace());
            var named = api.list(Kind.ASSIGNMENT, subject.namespace()).stream()
                    .map(object -> Codec.read(object, Assignment.class))
                    .filter(subject::names)
                    .toList();
            if (named.isEmpty()) {
                throw new CommandFailed(
                        Exit.FAILED, name + " is on no host: see `underway status -n " + subject.namespace() + "`");
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
                        .println("assignment.underway.dev/"
                                + assignment.metadata().name() + " tried again");
            }
            if (failed.isEmpty()) {
                console.remark("Nothing of " + name + " has failed.");
            }
            return Exit.OK.code();
        }
    }

    private static boolean isFailed(Assignment assignment) {
        var status = assignment.status();
        var conditions = status == null || status.conditions() == null ? List.<Condition>of() : status.conditions();
        return conditions.stream().anyMatch(condition -> condition.status() == Condition.Status.False);
    }
}
