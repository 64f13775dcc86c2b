package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.underway.model.unitfile.UnitFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The table of directives against what systemd says and what was measured.
class DirectiveTableTest {
    private static final Path SYSTEMD = Path.of("/usr/lib/systemd/systemd");
    private static final Set<String> SECTIONS =
            Set.of("Unit", "Install", "Service", "Socket", "Timer", "Path", "Mount", "Slice", "Automount");

    @ParameterizedTest(name = "[{0}] {1}= needs {2}")
    @CsvSource(delimiter = '|', textBlock = """
        Unit    | Description        | DAEMON_RELOAD
        Unit    | JoinsNamespaceOf   | NEW_PROCESS
        Unit    | X-Whatever         | NOTHING
        X-Ours  | Whatever           | NOTHING
        Install | WantedBy           | NOTHING
        Service | ExecStart          | NEW_PROCESS
        Service | Restart            | DAEMON_RELOAD
        Service | WatchdogSec        | NEW_PROCESS
        Service | Environment        | NEW_PROCESS
        Service | ProtectSystem      | NEW_PROCESS
        Service | MemoryMax          | DAEMON_RELOAD
        Service | Slice              | NEW_PROCESS
        Service | Delegate           | NEW_PROCESS
        Service | KillMode           | DAEMON_RELOAD
        Service | Frobnicate         | NEW_PROCESS
        Frob    | nicate             | NEW_PROCESS
        Socket  | Frobnicate         | NEW_SOCKET
        Socket  | ListenStream       | NEW_SOCKET
        Socket  | Backlog            | OPEN_SOCKET
        Socket  | PrivateNetwork     | NEW_SOCKET
        Socket  | Service            | NEW_SOCKET
        Timer   | Unit               | NEW_PROCESS
        Socket  | Environment        | DAEMON_RELOAD
        Timer   | OnCalendar         | DAEMON_RELOAD
        Path    | PathChanged        | DAEMON_RELOAD
        Mount   | Options            | RELOAD
        Mount   | What               | NEW_PROCESS
        Automount | TimeoutIdleSec   | NEW_PROCESS
        Slice   | Slice              | DAEMON_RELOAD
        """)
    void saysWhatMakesAChangeEffective(String section, String directive, Effect effect) {
        assertThat(DirectiveTable.effect(section, directive)).isEqualTo(effect);
    }

    @Test
    void notifyAccessIsLiveUnlessTheProcessWasStartedWithNone() throws Exception {
        var main = UnitFile.parse("[Service]\nNotifyAccess=main\n");
        var all = UnitFile.parse("[Service]\nNotifyAccess=all\n");
        var none = UnitFile.parse("[Service]\nNotifyAccess=none\n");

        assertThat(DirectiveTable.effect(UnitFile.differences(main, all).getFirst()))
                .isEqualTo(Effect.DAEMON_RELOAD);
        assertThat(DirectiveTable.effect(UnitFile.differences(none, all).getFirst()))
                .isEqualTo(Effect.NEW_PROCESS);
    }

    @Test
    void everyRowNamesItsSource() {
        assertThat(DirectiveTable.rows()).allMatch(row -> row.source().matches("systemd\\.[a-z-]+\\(5\\).*"));
    }

    /// The list that this machine's systemd gives of itself: a newer systemd that knows more makes this fail.
    @Test
    void knowsEveryDirectiveOfThisMachinesSystemd() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(SYSTEMD), "there is no systemd on this machine");

        assertThat(unknown(items())).isEmpty();
    }

    private static List<String> items() throws IOException, InterruptedException {
        var process = new ProcessBuilder(SYSTEMD.toString(), "--dump-configuration-items").start();
        var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        process.waitFor();
        return lines;
    }

    private static List<String> unknown(List<String> items) {
        var unknown = new ArrayList<String>();
        String section = "";
        for (String item : items) {
            if (item.startsWith("[")) {
                section = item.substring(1, item.length() - 1);
            } else if (item.contains("=") && SECTIONS.contains(section)) {
                String directive = item.substring(0, item.indexOf('='));
                if (!DirectiveTable.knows(section, directive)) {
                    unknown.add("[" + section + "] " + directive);
                }
            }
        }
        return unknown;
    }
}
