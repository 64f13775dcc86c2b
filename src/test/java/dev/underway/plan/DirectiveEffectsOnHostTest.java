package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.DirectiveEffects.Example;
import dev.underway.plan.DirectiveEffects.Trial;
import dev.underway.plan.DirectiveTable.Proof;
import dev.underway.testing.TestHost;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What directives do that were changed under a running unit, on a booted systemd: not what systemd shows, but what
/// happens. `directive-effects.txt` has the rows.
///
/// All units are there at once, all changes are made at once and read by one daemon-reload. Then the same is done to
/// every changed unit and to one beside it that says what it said before: what is seen differs as the row says. And
/// what
/// the table says to need more than a daemon-reload has no effect by it, and has one by the step that it names.
@Tag("e2e")
class DirectiveEffectsOnHostTest {
    private static final String DIRECTORY = "/etc/systemd/system/";
    private static final String LIBRARY = "/opt/directive-effects.sh";

    @AutoClose
    private static final TestHost host = TestHost.boot();

    private static Map<String, String> seen;
    private static Map<String, String> runsBefore;
    private static Map<String, String> runsAfter;

    static List<Example> examples() {
        return DirectiveEffects.all();
    }

    static List<Example> live() {
        return examples().stream()
                .filter(example -> example.trial() != Trial.TRIAL_NEW)
                .toList();
    }

    static List<Example> limits() {
        return examples().stream()
                .filter(example -> example.trial() == Trial.TRIAL_NEW)
                .toList();
    }

    @BeforeAll
    static void changeEverythingAtOnceAndTryIt() {
        host.writeExecutable(LIBRARY, DirectiveEffects.resource("directive-effects.sh"));
        host.exec(LIBRARY, "prepare");
        host.write(DIRECTORY + "reboot.target", "[Unit]\nDefaultDependencies=no\n");
        host.write(DIRECTORY + "address.socket", address("/run/address-before"));
        host.write(DIRECTORY + "address.service", "[Service]\nExecStart=/bin/sleep infinity\n");
        var units = new ArrayList<>(List.of("address.socket"));
        var peers = new ArrayList<String>();
        for (var example : examples()) {
            for (var which : List.of("a", "b")) {
                host.write(DIRECTORY + example.unit(which), example.text(which));
                example.others(which).forEach((name, text) -> host.write(DIRECTORY + name, text));
                units.add(example.unit(which));
                example.peer(which).ifPresent(peers::add);
            }
        }
        host.exec("systemctl", "daemon-reload");
        systemctl("start", units);
        systemctl("start", peers);
        runsBefore = runs();

        host.write(DIRECTORY + "address.socket", address("/run/address-now"));
        examples().forEach(example -> host.write(DIRECTORY + example.unit("b"), example.changed("b")));
        host.exec("systemctl", "daemon-reload");

        runsAfter = runs();
        seen = tryAll();
    }

    @ParameterizedTest
    @MethodSource("live")
    void isEffectiveWithoutANewProcess(Example example) {
        assertThat(seen.get(example.name())).isEqualTo(example.before() + "|" + example.after());
        assertThat(runsAfter.get(example.unit("b")))
                .as("its run")
                .isNotEmpty()
                .isEqualTo(runsBefore.get(example.unit("b")));
    }

    @ParameterizedTest
    @MethodSource("limits")
    void isNotEffectiveByADaemonReloadButByTheStepThatTheTableSays(Example example) {
        assertThat(seen.get(example.name())).isEqualTo(example.before() + "|" + example.after());
        assertThat(DirectiveTable.effect(example.section(), example.directive()))
                .isIn(
                        example.section().equals("Socket")
                                ? Set.of(Effect.OPEN_SOCKET, Effect.NEW_SOCKET)
                                : Set.of(Effect.NEW_PROCESS));
    }

    @Test
    void everyRowThatSaysSoIsTriedHere() {
        var effects = directives(live().stream().filter(example -> !example.isShown()));
        effects.remove("[Service] NotifyAccess"); // in the code, because it depends on the values
        var shown = directives(live().stream().filter(Example::isShown));

        assertThat(effects).isEqualTo(claimed(Proof.EFFECT));
        assertThat(shown).isEqualTo(claimed(Proof.PROPERTY));
    }

    private static Set<String> directives(Stream<Example> examples) {
        return examples.map(Example::toString).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> claimed(Proof proof) {
        return DirectiveTable.rows().stream()
                .filter(row -> row.proof() == proof)
                .map(row -> "[%s] %s".formatted(row.section(), row.directive()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// Why a changed address never gets a daemon-reload while its socket is up.
    @Test
    void aChangedAddressClosesTheListeningSocket() {
        assertThat(host.exec("cat", "/proc/net/unix")).doesNotContain("/run/address-before", "/run/address-now");
        assertThat(DirectiveTable.effect("Socket", "ListenStream")).isEqualTo(Effect.NEW_SOCKET);
    }

    private static String address(String path) {
        return "[Socket]\nListenStream=" + path + "\n";
    }

    private static void systemctl(String verb, List<String> units) {
        host.exec(Stream.concat(Stream.of("systemctl", verb), units.stream()).toArray(String[]::new));
    }

    /// By unit, the run that it is in.
    private static Map<String, String> runs() {
        var command = new ArrayList<>(List.of("systemctl", "show", "-p", "Id,InvocationID"));
        examples().forEach(example -> command.add(example.unit("b")));
        var runs = new HashMap<String, String>();
        for (String unit : host.exec(command.toArray(String[]::new)).split("\n\n")) {
            runs.put(unit.replaceAll("(?s).*?Id=(\\S+).*", "$1"), unit.replaceAll("(?s).*InvocationID=(\\S*).*", "$1"));
        }
        return runs;
    }

    /// By name, what was seen.
    private static Map<String, String> tryAll() {
        var script = new StringBuilder();
        for (var trial : List.of(Trial.TRIAL, Trial.TRIAL_NEW)) {
            examples().stream()
                    .filter(e -> e.trial() == trial)
                    .forEach(e -> script.append(line(e)).append('\n'));
        }
        host.write("/opt/trials", script.toString());
        script.setLength(0);
        examples().stream()
                .filter(e -> e.trial() == Trial.TRIAL_ALONE)
                .forEach(e -> script.append(line(e)).append('\n'));
        host.write("/opt/trials-alone", script.toString());
        var seen = new HashMap<String, String>();
        host.exec(
                        "bash",
                        "-c",
                        "xargs -P 16 -d '\\n' -n 1 sh -c </opt/trials 2>/opt/errors; bash /opt/trials-alone 2>>/opt/errors")
                .lines()
                .map(line -> line.split(" ", 2))
                .forEach(pair -> seen.put(pair[0], pair[1]));
        return seen;
    }

    private static String line(Example example) {
        return Stream.of(
                        example.trial().word(),
                        example.name(),
                        example.type(),
                        example.after(),
                        example.done(),
                        example.look())
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" ", LIBRARY + " ", ""));
    }
}
