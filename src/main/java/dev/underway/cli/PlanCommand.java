package dev.underway.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.UnitSetPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `underway plan`: what UnitSets would do to the fleet, told by the server before they are applied. Goes on after a
/// refused one, so that one run names everything that is wrong.
@Command(name = "plan", resourceBundle = Underway.HELP)
final class PlanCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private Target target = new Target();

    @Option(
            names = {"-f", "--filename"},
            required = true,
            paramLabel = "FILE",
            descriptionKey = "filename")
    private List<String> files = List.of();

    @Option(
            names = {"-R", "--recursive"},
            descriptionKey = "recursive")
    private boolean recursive;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|wide|json",
            defaultValue = "table",
            descriptionKey = "output")
    private Underway.Output output = Underway.Output.TABLE;

    PlanCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailed {
        var manifests = ManifestFiles.read(files, recursive, console.in());
        var connection = target.connection(console);
        var plans = new ArrayList<UnitSetPlan>();
        var exit = Exit.OK;
        try (var api = target.client(connection)) {
            for (var manifest : manifests) {
                var subject = ManifestTarget.of(manifest, connection.namespace(), target.namespace() != null);
                if (!subject.kind().equals(Kind.UNIT_SET)) {
                    console.remark(subject.printed() + " does nothing to hosts: left out");
                    continue;
                }
                try {
                    plans.add(plan(api, subject, manifest.object()));
                } catch (Refused e) {
                    var failed = subject.located(manifest, e);
                    if (failed.exit() != Exit.FAILED) {
                        throw failed;
                    }
                    console.err().println(failed.getMessage());
                    exit = Exit.FAILED;
                }
            }
        }
        print(plans);
        return exit == Exit.OK && plans.stream().anyMatch(UnitSetPlan::drops) ? Exit.DROPS.code() : exit.code();
    }

    private UnitSetPlan plan(ApiClient api, ManifestTarget subject, ObjectNode manifest) throws CommandFailed {
        ObjectNode object = manifest.deepCopy();
        object.withObjectProperty("metadata").put("namespace", subject.namespace());
        var path = ApiClient.path(subject.kind(), subject.namespace(), subject.name()) + "/plan?fieldValidation=Strict";
        var answer = api.send("POST", path, ApiClient.Content.json(object));
        answer.warnings().forEach(console::warn);
        return Codec.read(answer.body(), UnitSetPlan.class);
    }

    private void print(List<UnitSetPlan> plans) {
        if (output == Underway.Output.JSON) {
            ObjectNode all = Codec.JSON.createObjectNode();
            ArrayNode items = all.putArray("items");
            plans.forEach(plan -> items.add(Codec.tree(plan)));
            console.out().println(Underway.pretty(all));
        } else {
            plans.forEach(plan -> console.out().print(PlanText.of(plan, output == Underway.Output.WIDE)));
        }
    }
}
