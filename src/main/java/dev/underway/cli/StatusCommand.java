package dev.underway.cli;

import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.GitSource;
import dev.underway.model.Host;
import dev.underway.model.Kind;
import dev.underway.model.UnitSet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `underway status`: the fleet on one screen, set by set; or host by host.
@Command(name = "status", resourceBundle = Underway.HELP)
final class StatusCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private Target target = new Target();

    @Parameters(paramLabel = Rollouts.NAME, arity = "0..1", descriptionKey = "name")
    private @Nullable String name;

    @Option(names = "--hosts", descriptionKey = "hosts")
    private boolean hosts;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|wide|json",
            defaultValue = "table",
            descriptionKey = "output")
    private Underway.Output output = Underway.Output.TABLE;

    StatusCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailed {
        try (var api = target.client(target.connection(console))) {
            if (hosts || name != null) {
                byHost(api);
            } else {
                bySet(api);
            }
            return Exit.OK.code();
        }
    }

    private void bySet(ApiClient api) throws CommandFailed {
        var sets = api.list(Kind.UNIT_SET, target.namespace()).stream()
                .map(object -> Codec.read(object, UnitSet.class))
                .toList();
        var silent = hosts(api, "status.ready!=True");
        var cordoned = hosts(api, "spec.cordoned=true");
        var sources = api.list(Kind.GIT_SOURCE, target.namespace()).stream()
                .map(object -> Codec.read(object, GitSource.class))
                .toList();
        var overview = FleetOverview.of(sets, silent, cordoned, sources);
        if (output == Underway.Output.JSON) {
            console.out().println(Underway.pretty(Codec.tree(overview)));
            return;
        }
        console.out().print(overview.text(output == Underway.Output.WIDE, Instant.now()));
        if (sets.isEmpty()) {
            console.remark("No UnitSets" + (target.namespace() == null ? "" : " in namespace " + target.namespace())
                    + " yet: `underway apply -f crd-examples/hello.yaml` makes one; `underway status --hosts`"
                    + " lists the hosts.");
        }
    }

    private void byHost(ApiClient api) throws CommandFailed {
        var assignments = api.list(Kind.ASSIGNMENT, target.namespace()).stream()
                .map(object -> Codec.read(object, Assignment.class))
                .toList();
        var rows = FleetStatus.rows(assignments, hosts(api, ""), Instant.now()).stream()
                .filter(this::isAsked)
                .toList();
        if (output == Underway.Output.JSON) {
            console.out().println(Underway.pretty(Codec.JSON.valueToTree(Map.of("items", rows))));
        } else if (!rows.isEmpty()) {
            console.out().print(FleetStatus.table(rows, output == Underway.Output.WIDE, Instant.now()));
        } else if (name == null) {
            console.remark("No hosts yet: `underway join-token create` prints what a host needs to join.");
        } else {
            throw new CommandFailed(
                    Exit.FAILED, "there is no host " + name + ", and no host runs a UnitSet of the name");
        }
    }

    private static List<Host> hosts(ApiClient api, String selector) throws CommandFailed {
        return api.list(Kind.HOST, null, selector).items().stream()
                .map(object -> Codec.read(object, Host.class))
                .toList();
    }

    /// Whether a row is of the UnitSet, in any namespace unless one is named, or of the host.
    private boolean isAsked(FleetStatus.Row row) {
        return name == null
                || name.equals(row.host())
                || name.equals(row.unitSet())
                || name.equals(row.namespace() + "/" + row.unitSet());
    }
}
