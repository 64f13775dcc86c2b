package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.testing.KubectlProgram;
import dev.underway.testing.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every command that README.md shows does what is said there: run by this test, by another one, or left out for a
/// reason that is written down here.
class ReadmeTest {
    private static final Pattern COMMAND = Pattern.compile("(deploy/[a-z]|kubectl |underway ).*");

    /// How a command of the README is known to work.
    private sealed interface Shown {
        /// It is run here, in these words, on the packaged server.
        record Here(List<String> lines) implements Shown {}

        record By(Class<?> test) implements Shown {}

        record Not(String because) implements Shown {}
    }

    private static final String EVENTS = "it needs a host with a story; EventsTest tells one with the real kubectl";

    private static final String ROLLOUTS = "RolloutsApiTest and HostsApiTest run it on the real API";

    private static final Map<String, Shown> COMMANDS = Map.ofEntries(
            Map.entry("deploy/quickstart", new Shown.Not("deploy/verify runs it by itself, after the tests")),
            Map.entry("deploy/quickstart --keep", new Shown.By(QuickstartTest.class)),
            Map.entry("deploy/verify", new Shown.Not("it is what runs this test")),
            Map.entry(
                    "deploy/verify --systemd trixie",
                    new Shown.Not("it takes half an hour; the tests are the same, on another systemd")),
            Map.entry("deploy/bench agent", new Shown.Not("it takes minutes; its figures are copied by hand")),
            Map.entry(
                    "deploy/bench swap",
                    new Shown.Not("it takes minutes; SwapUnderLoadTest does 30 of its 1,000 swaps in the same way")),
            Map.entry(
                    "deploy/bench handover",
                    new Shown.Not("it takes minutes; RealServersTest does two of its changes of each server")),
            Map.entry("deploy/bench pass", new Shown.Not("it takes minutes; its figures are copied by hand")),
            Map.entry("deploy/bench api", new Shown.Not("it takes minutes; its figures are copied by hand")),
            Map.entry(
                    "deploy/bench fleet",
                    new Shown.Not("it takes a quarter of an hour; FleetTrialTest does the same with 50 agents")),
            Map.entry("deploy/bench git", new Shown.Not("it takes minutes; its figures are copied by hand")),
            Map.entry("deploy/install-server", new Shown.By(InstalledTest.class)),
            Map.entry("deploy/install-cli", new Shown.By(InstalledTest.class)),
            Map.entry("deploy/install-agent --server URL --join-token-file FILE", new Shown.By(InstalledTest.class)),
            Map.entry("kubectl apply", new Shown.By(ExamplesTest.class)),
            Map.entry("kubectl apply -f", new Shown.By(ExamplesTest.class)),
            Map.entry("kubectl apply --server-side --field-manager=NAME -f", new Shown.By(ConformanceTest.class)),
            Map.entry("kubectl get assignments -o yaml", here("kubectl get assignments -o yaml")),
            Map.entry("kubectl describe asn NAME", new Shown.Not(EVENTS)),
            Map.entry("kubectl events --for asn/NAME", new Shown.Not(EVENTS)),
            Map.entry(
                    "kubectl get asn --field-selector status.reason=Reverted",
                    here("kubectl get asn --field-selector status.reason=Reverted")),
            Map.entry("kubectl underway", new Shown.By(UnderwayCommandTest.class)),
            Map.entry("underway --help", here("underway --help")),
            Map.entry(
                    "underway status [-o wide|json]",
                    here(
                            "underway status",
                            "underway status -o wide",
                            "underway status -o json",
                            "underway status --hosts -o json")),
            Map.entry("underway why host|assignment NAME", new Shown.By(RolloutOnHostsTest.class)),
            Map.entry("underway rollout status NAME --watch", new Shown.By(RolloutOnHostsTest.class)),
            Map.entry(
                    "underway rollout history|undo|unpin|pause|resume|promote|retry|restart|confirm-removal NAME",
                    new Shown.Not(ROLLOUTS)),
            Map.entry("underway history HOST [-o json]", new Shown.Not(ROLLOUTS)),
            Map.entry("underway git-setup GITSOURCE", new Shown.By(GitOpsTest.class)),
            Map.entry("underway git-setup fleet", new Shown.By(GitOpsTest.class)),
            Map.entry("underway git-credential", new Shown.By(GitOpsTest.class)),
            Map.entry("underway cordon|uncordon HOST", new Shown.Not(ROLLOUTS)),
            Map.entry("underway drain HOST", new Shown.Not(ROLLOUTS)),
            Map.entry("underway host decommission NAME", new Shown.Not(ROLLOUTS)),
            Map.entry("underway plan -f FILE|DIR [-o wide|json]", new Shown.By(UnderwayCommandTest.class)),
            Map.entry("underway apply -f FILE|DIR", new Shown.By(UnderwayCommandTest.class)),
            Map.entry("underway join-token create | list | revoke", new Shown.By(UnderwayCommandTest.class)),
            Map.entry("underway hold host|assignment NAME --for 2h --reason WHY", new Shown.By(HoldTest.class)),
            Map.entry("underway retry UNITSET", new Shown.By(HoldTest.class)),
            Map.entry("underway host reset NAME", new Shown.By(UnderwayCommandTest.class)));

    @Test
    void everyCommandIsShownToWork() throws Exception {
        assertThat(commands(Files.readString(Path.of("README.md"))))
                .containsExactlyElementsOf(new TreeSet<>(COMMANDS.keySet()));
    }

    @Test
    void aTestThatIsNamedHereRunsInTheEndToEndTests() {
        assertThat(COMMANDS.values().stream()
                        .flatMap(s -> s instanceof Shown.By(var test) ? Stream.of(test) : Stream.empty()))
                .allSatisfy(test ->
                        assertThat(test.getAnnotation(Tag.class).value()).isEqualTo("e2e"));
    }

    /// So that what it shows is not older than what it shows it of.
    @Test
    void showsTheLastLineOfQuickstartAsQuickstartPrintsIt() throws Exception {
        var script = Files.readString(Path.of("deploy/quickstart")).replace("\\\n", "");
        var line = Pattern.compile("last_line=\"(.* in all)\"\n").matcher(script);
        assertThat(line.find()).isTrue();
        var shape = Arrays.stream(line.group(1).split("\\$\\([^)]*\\)|\\$\\{?\\w+}?"))
                .map(Pattern::quote)
                .collect(Collectors.joining("[0-9.]+"));

        assertThat(Files.readString(Path.of("README.md"))).containsPattern("\n" + shape + "\n");
    }

    static Stream<String> linesToRun() {
        return COMMANDS.values().stream()
                .flatMap(s -> s instanceof Shown.Here(var lines) ? lines.stream() : Stream.empty());
    }

    @Tag("e2e")
    @ParameterizedTest
    @MethodSource("linesToRun")
    void runs(String line) {
        var words = line.split(" ");
        var program = words[0].equals("kubectl") ? KubectlProgram.path().toString() : "deploy/underway";

        var ended = Program.of(program, Arrays.copyOfRange(words, 1, words.length))
                .where("KUBECONFIG", Server.shared().kubeconfig().toString())
                .run()
                .orFail();

        assertThat(ended.output() + ended.errors()).isNotBlank();
    }

    /// What stands in code blocks up to a remark, and in code spans.
    private static TreeSet<String> commands(String readme) throws IOException {
        var commands = new TreeSet<String>();
        var blocks = readme.split("(?m)^```.*\\n?");
        for (int n = 0; n < blocks.length; n++) {
            var inBlock = n % 2 == 1;
            var candidates = inBlock ? blocks[n].lines() : spans(blocks[n]);
            candidates
                    .map(c -> c.replaceAll(inBlock ? " +#.*" : "\\s+", inBlock ? "" : " ")
                            .replace("\\|", "|"))
                    .filter(c -> COMMAND.matcher(c).matches())
                    .forEach(commands::add);
        }
        return commands;
    }

    private static Stream<String> spans(String text) {
        return Pattern.compile("(?<!\\[)`([^`]+)`").matcher(text).results().map(m -> m.group(1));
    }

    private static Shown here(String... lines) {
        return new Shown.Here(List.of(lines));
    }
}
