package dev.underway.cli;

import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.Revision;
import dev.underway.model.UnitSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `underway history`: who changed what on a host, when, and what became of it.
@Command(name = "history", resourceBundle = Underway.HELP)
final class HistoryCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private Target target = new Target();

    @Parameters(paramLabel = "HOST", descriptionKey = "host")
    private String host = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            defaultValue = "text",
            descriptionKey = "output")
    private Rollouts.Output output = Rollouts.Output.TEXT;

    HistoryCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailed {
        try (var api = target.client(target.connection(console))) {
            api.get(ApiClient.path(Kind.HOST, null, host));
            var history = history(api);
            if (output == Rollouts.Output.JSON) {
                console.out().println(Underway.pretty(Codec.tree(Map.of("items", history.rows()))));
            } else if (history.sets().isEmpty()) {
                console.remark("The host " + host + " has no UnitSet"
                        + (target.namespace() == null ? "" : " of the namespace " + target.namespace())
                        + ": `underway why host " + host + "` says why.");
            } else {
                console.out().print(history.table(Instant.now()));
            }
            return Exit.OK.code();
        }
    }

    private HostHistory history(ApiClient api) throws CommandFailed {
        var sets = new ArrayList<HostHistory.OnSet>();
        for (var object : api.list(Kind.ASSIGNMENT, target.namespace(), "spec.host=" + host)
                .items()) {
            var assignment = Codec.read(object, Assignment.class);
            var subject = new Subject(
                    Objects.requireNonNullElse(assignment.metadata().namespace(), ""),
                    assignment.spec().unitSet());
            var set = api.find(subject.path(""));
            sets.add(new HostHistory.OnSet(
                    assignment, set == null ? null : Codec.read(set, UnitSet.class), revisions(api, subject)));
        }
        return new HostHistory(List.copyOf(sets));
    }

    private static List<Revision> revisions(ApiClient api, Subject set) throws CommandFailed {
        return api.list(Kind.REVISION, set.namespace(), "spec.unitSet=" + set.name()).items().stream()
                .map(object -> Codec.read(object, Revision.class))
                .toList();
    }
}
