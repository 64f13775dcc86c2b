package dev.underway.cli;

import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Host;
import dev.underway.model.Kind;
import dev.underway.model.UnitSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `underway why`: why a host is not on the new revision, and what to do.
@Command(name = "why", resourceBundle = Underway.HELP, mixinStandardHelpOptions = true)
final class Why {
    private final Console console;

    Why(Console console) {
        this.console = console;
    }

    @Command(name = "host", resourceBundle = Underway.HELP)
    int host(
            @Mixin Target target,
            @Parameters(paramLabel = "NAME", descriptionKey = "name") String name,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "text|json",
                            defaultValue = "text",
                            descriptionKey = "output")
                    Rollouts.Output output)
            throws CommandFailed {
        try (var api = target.client(target.connection(console))) {
            return answer(api, name, target.namespace(), _ -> true, output);
        }
    }

    /// The assignment need not be there yet: then it is said why.
    @Command(name = "assignment", resourceBundle = Underway.HELP)
    int assignment(
            @Mixin Target target,
            @Parameters(paramLabel = Rollouts.NAME, descriptionKey = "name") String name,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "text|json",
                            defaultValue = "text",
                            descriptionKey = "output")
                    Rollouts.Output output)
            throws CommandFailed {
        var connection = target.connection(console);
        var subject = Subject.of(name, connection.namespace());
        int dot = subject.name().indexOf('.');
        if (dot < 0) {
            throw new CommandFailed(
                    Exit.USAGE, name + " is no assignment: they are named UNITSET.HOST, such as web.web-3");
        }
        var unitSet = subject.name().substring(0, dot);
        try (var api = target.client(connection)) {
            return answer(
                    api,
                    subject.name().substring(dot + 1),
                    subject.namespace(),
                    set -> set.name().equals(unitSet),
                    output);
        }
    }

    private int answer(
            ApiClient api, String name, @Nullable String namespace, Predicate<Subject> isAsked, Rollouts.Output output)
            throws CommandFailed {
        var host = Codec.read(api.get(ApiClient.path(Kind.HOST, null, name)).body(), Host.class);
        var assignments = api.list(Kind.ASSIGNMENT, namespace, "spec.host=" + name).items().stream()
                .map(object -> Codec.read(object, Assignment.class))
                .toList();
        var known = new ArrayList<WhyText.Known>();
        for (var object : api.list(Kind.UNIT_SET, namespace)) {
            var set = Codec.read(object, UnitSet.class);
            var assignment = assignments.stream()
                    .filter(one -> isOf(one, Subject.of(set)))
                    .findFirst()
                    .orElse(null);
            if (isAsked.test(Subject.of(set))
                    && (assignment != null
                            || set.spec().selector().matches(host.metadata().labelsOrEmpty()))) {
                known.add(new WhyText.Known(set, Standing.of(api, Subject.of(set), name), assignment));
            }
        }
        var answer = WhyText.of(host, List.copyOf(known), Instant.now());
        console.out()
                .print(output == Rollouts.Output.JSON ? Underway.pretty(Codec.tree(answer)) + "\n" : answer.text());
        return Exit.OK.code();
    }

    private static boolean isOf(Assignment assignment, Subject set) {
        return assignment.spec().unitSet().equals(set.name())
                && Objects.equals(assignment.metadata().namespace(), set.namespace());
    }
}
