package dev.underway.agent;

import static dev.underway.agent.PassHost.content;
import static dev.underway.agent.PassHost.file;
import static dev.underway.agent.PassHost.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.agent.Effects.Killed;
import dev.underway.model.Revision.Content;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The agent is killed at every place of a change, and started again: the host ends as without the kill, and no process
/// is stopped or started for it.
class KillTest {
    private static final Content BEFORE = content(
            List.of(file("/etc/web/app.conf", "a"), file("/etc/web/gone.conf", "x")),
            service("reloads.service", "/bin/sleep /etc/web/app.conf"),
            service("restarts.service", "/bin/sleep 1"),
            service("goes.service", "/bin/sleep 1"));

    private static final Content AFTER = content(
            List.of(file("/etc/web/app.conf", "b")),
            service("reloads.service", "/bin/sleep /etc/web/app.conf"),
            service("restarts.service", "/bin/sleep 2"),
            service("comes.service", "/bin/sleep 1"));

    @TempDir
    Path directory;

    @TestFactory
    List<DynamicTest> everyPlace() throws Exception {
        List<String> calls;
        Object end;
        try (var host = new PassHost(directory.resolve("whole"))) {
            host.desire("web", BEFORE);
            host.pass();
            host.door.calls.clear();
            host.desire("web", AFTER);
            host.pass();
            calls = List.copyOf(host.door.calls);
            end = end(host);
        }
        assertThat(calls)
                .contains("daemon-reload", "reload reloads.service", "restart restarts.service", "stop goes.service");
        var tests = new ArrayList<DynamicTest>();
        for (int i = 0; i < calls.size(); i++) {
            int place = i;
            tests.add(DynamicTest.dynamicTest("before " + calls.get(i), () -> killed(calls, end, place, true)));
            tests.add(DynamicTest.dynamicTest("after " + calls.get(i), () -> killed(calls, end, place, false)));
        }
        return tests;
    }

    @Test
    void aFileThatWasPutBackIsStillReloadedByTheNextPass() throws Exception {
        try (var host = new PassHost(directory)) {
            host.desire("web", BEFORE);
            host.pass();
            host.door.calls.clear();
            host.put("/etc/web/app.conf", "edited, and perhaps read");
            host.door.killBefore = 0;

            assertThatThrownBy(host::pass).isInstanceOf(Killed.class);
            assertThat(host.text("/etc/web/app.conf")).isEqualTo("a");
            host.door.killBefore = Integer.MAX_VALUE;
            host.restartAgent();
            host.pass();
            host.pass();

            assertThat(host.door.calls).containsExactly("reload reloads.service");
        }
    }

    private void killed(List<String> whole, Object end, int place, boolean before) throws Exception {
        try (var host = new PassHost(directory.resolve((before ? "before-" : "after-") + place))) {
            host.desire("web", BEFORE);
            host.pass();
            host.desire("web", AFTER);
            host.door.calls.clear();
            if (before) {
                host.door.killBefore = place;
            } else {
                host.door.killAfter = place;
            }

            assertThatThrownBy(host::pass).isInstanceOf(Killed.class);
            host.door.killBefore = Integer.MAX_VALUE;
            host.door.killAfter = Integer.MAX_VALUE;
            host.restartAgent();
            host.pass();
            var calls = List.copyOf(host.door.calls);
            host.pass();

            assertThat(end(host)).isEqualTo(end);
            assertThat(host.door.calls).as("a further pass does nothing").isEqualTo(calls);
            assertThat(disruptive(calls))
                    .as("no process is stopped or started twice")
                    .isEqualTo(disruptive(whole));
        }
    }

    /// Calls that stop or start a process; a reload and a daemon-reload may be repeated.
    private static List<String> disruptive(List<String> calls) {
        return calls.stream()
                .filter(call -> !call.contains("reload ") && !call.contains("daemon-reload"))
                .sorted()
                .toList();
    }

    /// Every file below etc, and which units run.
    private static Object end(PassHost host) throws Exception {
        var end = new TreeMap<String, String>();
        try (var paths = Files.walk(host.root.resolve("etc"))) {
            for (var path : paths.toList()) {
                var name = host.root.relativize(path).toString();
                end.put(name, Files.isRegularFile(path) ? Files.readString(path) : "");
            }
        }
        for (var unit : List.of("reloads.service", "restarts.service", "goes.service", "comes.service")) {
            end.put(unit, host.pid(unit) > 0 ? "runs" : "does not run");
        }
        end.put("status", host.condition("web", "Synced") + ", " + host.condition("web", "Healthy"));
        return end;
    }
}
