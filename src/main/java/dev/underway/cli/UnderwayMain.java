package dev.underway.cli;

import dev.underway.model.Durations;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine;

/// `underway`, also installed as `kubectl-underway` so that `kubectl underway …` finds it.
public final class UnderwayMain {
    private UnderwayMain() {}

    public static void main(String[] args) {
        System.exit(run(Console.ofProcess(), args));
    }

    /// Runs one command line and answers its exit code; see [Exit].
    static int run(Console console, String... args) {
        var line = commands(console);
        // Help alone, which colours itself on a terminal.
        line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        return line.execute(args);
    }

    static CommandLine commands(Console console) {
        var line = new CommandLine(new Underway(console))
                .addSubcommand(new JoinTokens(console))
                .addSubcommand(new Hosts(console))
                .addSubcommand(new Holds.HoldCommand(console))
                .addSubcommand(new Holds.ReleaseCommand(console))
                .addSubcommand(new Retry(console))
                .addSubcommand(new StatusCommand(console))
                .addSubcommand(new Rollouts(console))
                .addSubcommand(new Why(console))
                .addSubcommand(new HistoryCommand(console))
                .addSubcommand(new Cordons.CordonCommand(console))
                .addSubcommand(new Cordons.UncordonCommand(console))
                .addSubcommand(new Cordons.DrainCommand(console))
                .addSubcommand(new PlanCommand(console))
                .addSubcommand(new GitSetup(console))
                .addSubcommand(new GitCredential(console));
        line.getCommandSpec().version("underway " + Underway.ownVersion());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.registerConverter(Duration.class, UnderwayMain::duration);
        line.setParameterExceptionHandler((e, _) -> misused(console, e));
        line.setExecutionExceptionHandler((e, _, _) -> failed(console, e));
        return line;
    }

    /// One sentence and where to read on; the whole help would push the sentence off the screen. Where 2 is an
    /// answer, a typing error must not look like it.
    private static int misused(Console console, CommandLine.ParameterException e) {
        console.err().println("underway: " + e.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(e, console.err());
        console.err().println("See '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        var exit = e.getCommandLine().getCommand() instanceof PlanCommand ? Exit.FAILED : Exit.USAGE;
        return exit.code();
    }

    private static Duration duration(String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
        }
    }

    /// Whatever else is thrown is a bug, of which everything is said.
    private static int failed(Console console, Exception e) {
        if (e instanceof CommandFailed failed) {
            console.err().println("underway: " + failed.getMessage());
            return failed.exit().code();
        }
        e.printStackTrace(console.err());
        return Exit.FAILED.code();
    }
}
