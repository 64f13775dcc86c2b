package dev.underway.agent.observe;

import dev.underway.agent.host.HostRoot;
import dev.underway.plan.Observed.UnitStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/// The environment that the main process of a unit was started with (proc_pid_environ(5)).
record ProcessEnvironment(List<String> assignments) {

    /// Empty where it cannot be told: a process may write its title over it, or be executed by another one with an
    /// environment of its own. What systemd gave it has the id of the run.
    static Optional<ProcessEnvironment> of(HostRoot root, UnitStatus unit) {
        try {
            var bytes = Files.readAllBytes(root.resolve("/proc/" + unit.mainPid() + "/environ"));
            var environment = new ProcessEnvironment(List.of(new String(bytes, StandardCharsets.UTF_8).split("\0")));
            return !unit.invocationId().isEmpty()
                            && environment.value("INVOCATION_ID").equals(unit.invocationId())
                    ? Optional.of(environment)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // it has ended
        }
    }

    /// Empty when it has none.
    String value(String name) {
        return assignments.stream()
                .filter(assignment -> assignment.startsWith(name + "="))
                .map(assignment -> assignment.substring(name.length() + 1))
                .findFirst()
                .orElse("");
    }
}
