package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.PathState.Symlink;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A host with swapped units whose agent has lost its inventory, or got back an old one.
class FoundInstancesTest {
    private static final String SET =
            "web.socket[ListenStream=80] web.service{restartOn=/etc/web/*}[Type=notify;ExecStart=%s;CPUWeight=5;"
                    + "WantedBy=x.target] /etc/web/c=1";

    private final ModelHost host = new ModelHost();

    @ParameterizedTest
    @ValueSource(strings = {"an empty one", "an old one"})
    void theInstanceThatIsAsDesiredIsKnownAgainAndLeftAlone(String inventory) {
        var old = Inventory.EMPTY;
        if (inventory.equals("an old one")) {
            converge("/old");
            old = host.inventory;
        }
        converge("/a");
        var process = host.processes.get(host.named("web.service"));
        host.inventory = old;

        var plan = converge("/a");

        assertThat(plan.withheld()).isEmpty();
        assertThat(plan.steps()).noneMatch(Step.OfUnit.class::isInstance);
        assertThat(host.processes.get(host.named("web.service"))).isEqualTo(process);
        assertThat(Steps.of(plan("/a"))).isEqualTo("nothing");
        assertThat(host.inventory.instances().get("web.service").current()).isEqualTo(host.named("web.service"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"an empty one", "an old one"})
    void anotherRevisionIsSwappedTo(String inventory) {
        var old = Inventory.EMPTY;
        if (inventory.equals("an old one")) {
            converge("/old");
            old = host.inventory;
        }
        converge("/a");
        host.inventory = old;

        var plan = converge("/b");

        assertThat(plan.withheld()).isEmpty();
        assertThat(Steps.of(plan)).endsWith("Swap web.service");
        assertThat(plan.steps().getLast().because()).contains("/a → /b");
        assertThat(Steps.of(converge("/b"))).startsWith("Tidy -").doesNotContain(", ");
        assertThat(Steps.of(plan("/b"))).isEqualTo("nothing");
        assertThat(host.instances("web.service")).containsExactly(host.named("web.service"));
        assertThat(host.disk.keySet())
                .as("nothing is left of the one before")
                .filteredOn(path -> path.contains("web-"))
                .allMatch(path -> path.contains(host.named("web.service")));
    }

    /// A swap was cut short before the old instance was told to stop, and then the inventory was lost.
    @Test
    void aLeftoverInstanceIsDrainedAndItsFilesGo() {
        converge("/a");
        var first = host.named("web.service");
        converge("/b");
        host.write(UnitPaths.unitFile(first), leftover(first));
        host.daemonReload();
        host.start(first);
        host.inventory = Inventory.EMPTY;

        converge("/b");
        converge("/b");

        assertThat(host.instances("web.service")).containsExactly(host.named("web.service"));
        assertThat(host.disk).doesNotContainKey(UnitPaths.unitFile(first));
    }

    private String leftover(String name) {
        var current = ((PathState.Regular) host.disk.get(UnitPaths.unitFile(host.named("web.service")))).text();
        return current.replace(host.named("web.service"), name).replace("/b", "/a");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        no word of ours | ''
        of another unit | # One instance of api.service, made by Underway for UnitSet shop/web. D;;# Added by Underway:;[Unit];X-Underway-Unit=web.service
        of another set  | # One instance of web.service, made by Underway for UnitSet shop/other. D;;# Added by Underway:;[Unit];X-Underway-Unit=web.service
        by half         | # One instance of web.service, made by Underway for UnitSet shop/web. D;;# Added by Underway:;[Unit];X-Underway-Unit=api.service
        """)
    void aSymlinkToWhatIsNotOursIsNotTouched(String what, String text) {
        host.write(
                UnitPaths.unitFile("web-0123456789.service"),
                text.replace(';', '\n') + "\n[Service]\nExecStart=/theirs\n");
        host.disk.put(UnitPaths.unitFile("web.service"), new Symlink("web-0123456789.service"));
        host.daemonReload();

        var plan = plan("/a");

        assertThat(plan.withheld().get(Sketch.id("web")).reason()).as(what).isEqualTo("Conflict");
        assertThat(plan.isEmpty()).isTrue();
    }

    private Plan plan(String command) {
        return Planner.plan(desired(command), host.observe(desired(command)));
    }

    private Plan converge(String command) {
        return host.converge(desired(command));
    }

    private static Desired desired(String command) {
        DesiredSet set = Sketch.set(SET.formatted(command));
        return new Desired(List.of(set), List.of());
    }
}
