package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/// The command line as a person sees it, up to the point where a server is needed.
class CommandLineTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path home;

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # command                          | exit | on standard error
            apply                              | 2    | Missing required option: '--filename=FILE'
            frobnicate                         | 2    | Unmatched argument
            join-token create --expires 5years | 2    | is not a duration such as 30s
            apply -f web.yaml --dry-run=client | 2    | client
            apply -f nowhere.yaml              | 1    | there is no file nowhere.yaml
            plan                               | 1    | Missing required option: '--filename=FILE'
            plan -f nowhere.yaml               | 1    | there is no file nowhere.yaml
            plan -f web.yaml -o yaml           | 1    | yaml
            status                             | 4    | no kubeconfig found
            history                            | 2    | Missing required parameter: 'HOST'
            history web-3                      | 4    | no kubeconfig found
            git-setup                          | 2    | Missing required parameter
            git-credential get                 | 4    | no kubeconfig found
            git-credential store               | 0    | -
            git-credential erase               | 0    | -
            git-credential capability          | 0    | -
            status --kubeconfig nowhere        | 4    | cannot read the kubeconfig nowhere
            version --client                   | 0    | -
            """)
    void exitCodesTellWhatKindOfTroubleItIs(String command, int exit, String message) {
        int code = run("", command.split(" "));

        assertThat(code).isEqualTo(exit);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(message == null ? "" : message);
    }

    @Test
    void saysWhichVersionItIs() {
        assertThat(run("", "version", "--client")).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8)).matches("underway \\d+\\.\\d+\\.\\d+\\S*\\R");
    }

    @Test
    void refusesAManifestThatIsNoMappingBeforeItAsksAnyServer() {
        int code = run("- a\n- b\n", "apply", "-f", "-");

        assertThat(code).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("standard input: line 1: ");
    }

    @Test
    void namesTheServerThatCannotBeReached() throws Exception {
        Files.createDirectory(home.resolve(".kube"));
        Files.writeString(home.resolve(".kube/config"), """
                current-context: c
                clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
                contexts: [{name: c, context: {cluster: c}}]
                """);

        int code = run("", "status");

        assertThat(code).isEqualTo(4);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("cannot reach the server http://127.0.0.1:1");
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void everyCommandHasAHelpWithAnExampleAndEveryOptionIsDescribed(CommandLine command) {
        var spec = command.getCommandSpec();

        assertThat(command.getUsageMessage()).contains("Example");
        assertThat(spec.usageMessage().header()).isNotEmpty();
        assertThat(spec.args())
                .allSatisfy(arg -> assertThat(arg.description())
                        .describedAs(arg.toString())
                        .isNotEmpty());
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void everyCommandPrintsItsHelp(CommandLine command) {
        var spec = command.getCommandSpec();
        var words = spec.qualifiedName().split(" ");

        int code = run(
                "", Stream.concat(Stream.of(words).skip(1), Stream.of("--help")).toArray(String[]::new));

        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Usage: " + spec.qualifiedName());
    }

    @Test
    void printsACompletionScript() {
        assertThat(run("", "completion")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("join-token", "complete -F");
    }

    static Stream<CommandLine> everyCommand() {
        return withChildren(UnderwayMain.commands(Console.ofProcess()));
    }

    private static Stream<CommandLine> withChildren(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(CommandLineTest::withChildren));
    }

    private int run(String input, String... command) {
        return UnderwayMain.run(
                new Console(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        new TextStream(new PrintStream(out, true, StandardCharsets.UTF_8)),
                        new TextStream(new PrintStream(err, true, StandardCharsets.UTF_8)),
                        Map.of(),
                        home,
                        null),
                command);
    }
}
