package dev.underway.plan;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// For every directive that the table says is live: a value to run with and another one to change to. An empty value is
/// the directive's absence.
final class DirectiveChanges {
    private static final String TABLE = """
        Unit | Description | one | other
        Unit | Documentation | man:one(1) | man:other(1)
        Unit | SourcePath | /etc/hostname | /etc/hosts
        Unit | Wants | | peer.service
        Unit | Requires | | peer.service
        Unit | Requisite | | peer.service
        Unit | BindsTo | | peer.service
        Unit | BindTo | | peer.service
        Unit | Upholds | | peer.service
        Unit | Conflicts | | stranger.service
        Unit | Before | | peer.service
        Unit | After | | peer.service
        Unit | OnFailure | | stranger.service
        Unit | OnSuccess | | stranger.service
        Unit | PropagatesReloadTo | | peer.service
        Unit | PropagateReloadTo | | peer.service
        Unit | ReloadPropagatedFrom | | peer.service
        Unit | PropagateReloadFrom | | peer.service
        Unit | PropagatesStopTo | | peer.service
        Unit | StopPropagatedFrom | | peer.service
        Unit | PartOf | | peer.service
        Unit | RequiresMountsFor | | /tmp
        Unit | StopWhenUnneeded | no | yes
        Unit | RefuseManualStart | no | yes
        Unit | RefuseManualStop | no | yes
        Unit | AllowIsolate | no | yes
        Unit | DefaultDependencies | yes | no
        Unit | OnSuccessJobMode | fail | replace
        Unit | OnFailureJobMode | replace | fail
        Unit | OnFailureIsolate | no | yes
        Unit | IgnoreOnIsolate | no | yes
        Unit | JobTimeoutSec | 60 | 120
        Unit | JobRunningTimeoutSec | 60 | 120
        Unit | JobTimeoutAction | none | exit
        Unit | JobTimeoutRebootArgument | one | other
        Unit | StartLimitIntervalSec | 10 | 20
        Unit | StartLimitInterval | 10 | 20
        Unit | StartLimitBurst | 5 | 50
        Unit | StartLimitAction | none | exit
        Unit | FailureAction | none | exit
        Unit | SuccessAction | none | exit
        Unit | FailureActionExitStatus | 1 | 2
        Unit | SuccessActionExitStatus | 1 | 2
        Unit | RebootArgument | one | other
        Unit | CollectMode | inactive | inactive-or-failed

        Test | PathExists | | /
        Test | PathExistsGlob | | /*
        Test | PathIsDirectory | | /
        Test | PathIsSymbolicLink | | !/
        Test | PathIsMountPoint | | /
        Test | PathIsReadWrite | | /
        Test | PathIsEncrypted | | !/
        Test | DirectoryNotEmpty | | /
        Test | FileNotEmpty | | /etc/hosts
        Test | FileIsExecutable | | /bin/sh
        Test | NeedsUpdate | | !/etc
        Test | FirstBoot | | no
        Test | Architecture | | native
        Test | Virtualization | | yes
        Test | Host | | !nobody
        Test | KernelCommandLine | | !nothing
        Test | KernelVersion | | >1
        Test | Credential | | !nothing
        Test | Security | | !nothing
        Test | Capability | | CAP_CHOWN
        Test | ACPower | | yes
        Test | Memory | | >1
        Test | CPUFeature | | fpu
        Test | CPUs | | >0
        Test | Environment | | PATH
        Test | User | | root
        Test | Group | | root
        Test | ControlGroupController | | cpu
        Test | OSRelease | | ID=debian
        Test | MemoryPressure | | 99%
        Test | CPUPressure | | 99%
        Test | IOPressure | | 99%
        Unit | ConditionFirmware | | uefi

        Service | Restart | no | always
        Service | RestartSec | 1 | 2
        Service | ExecReload | /bin/true | /bin/false
        Service | ExecStop | /bin/true | /bin/false
        Service | ExecStopPost | /bin/true | /bin/false
        Service | TimeoutStopSec | 10 | 20
        Service | TimeoutAbortSec | 10 | 20
        Service | TimeoutStopFailureMode | terminate | kill
        Service | RuntimeMaxSec | 1h | 2h
        Service | RuntimeRandomizedExtraSec | 1h | 2h
        Service | SuccessExitStatus | 1 | 42
        Service | RestartPreventExitStatus | 1 | 42
        Service | RestartForceExitStatus | 1 | 42
        Service | RemainAfterExit | no | yes
        Service | ExitType | main | cgroup
        Service | FileDescriptorStoreMax | 1 | 2
        Service | GuessMainPID | yes | no
        Service | StartLimitInterval | 10 | 20
        Service | StartLimitBurst | 5 | 50
        Service | StartLimitAction | none | exit
        Service | FailureAction | none | exit
        Service | RebootArgument | one | other
        Service | TimeoutSec | 10 | 20
        Service | TimeoutStartSec | 10 | 20
        Service | TimeoutStartFailureMode | terminate | kill
        Service,Socket,Mount | KillMode | control-group | process
        Service,Socket,Mount | KillSignal | SIGTERM | SIGINT
        Service,Socket,Mount | SendSIGKILL | yes | no
        Service,Socket,Mount | SendSIGHUP | no | yes
        Service,Socket,Mount | RestartKillSignal | SIGTERM | SIGINT
        Service,Socket,Mount | FinalKillSignal | SIGKILL | SIGQUIT
        Service,Socket,Mount | WatchdogSignal | SIGABRT | SIGQUIT

        Socket | Service | stranger.service | other.service
        Socket | MaxConnections | 10 | 20
        Socket | MaxConnectionsPerSource | 10 | 20
        Socket | TriggerLimitIntervalSec | 10 | 20
        Socket | TriggerLimitBurst | 10 | 20
        Socket | FlushPending | no | yes
        Socket | RemoveOnStop | no | yes
        Socket | TimeoutSec | 10 | 20
        Socket | ExecStartPre | /bin/true | /bin/false
        Socket | ExecStartPost | /bin/true | /bin/false
        Socket | ExecStopPre | /bin/true | /bin/false
        Socket | ExecStopPost | /bin/true | /bin/false
        Socket | FileDescriptorName | one | other
        Socket | DirectoryMode | 0755 | 0700

        Timer | OnCalendar | 2098-01-01 | 2099-01-01
        Timer | OnActiveSec | 10h | 20h
        Timer | OnBootSec | 10h | 20h
        Timer | OnStartupSec | 10h | 20h
        Timer | OnUnitActiveSec | 10h | 20h
        Timer | OnUnitInactiveSec | 10h | 20h
        Timer | OnClockChange | no | yes
        Timer | OnTimezoneChange | no | yes
        Timer | Persistent | no | yes
        Timer | RemainAfterElapse | yes | no
        Timer | FixedRandomDelay | no | yes
        Timer | AccuracySec | 1min | 2min
        Timer | RandomizedDelaySec | 1 | 2
        Timer | Unit | stranger.service | other.service

        Path | PathExists | /one | /other
        Path | PathExistsGlob | /one* | /other*
        Path | PathChanged | /one | /other
        Path | PathModified | /one | /other
        Path | DirectoryNotEmpty | /one | /other
        Path | Unit | stranger.service | other.service
        Path | MakeDirectory | no | yes
        Path | DirectoryMode | 0755 | 0700
        Path | TriggerLimitIntervalSec | 10 | 20
        Path | TriggerLimitBurst | 10 | 20

        Mount | TimeoutSec | 10 | 20
        Mount | DirectoryMode | 0755 | 0700
        Mount | SloppyOptions | no | yes
        Mount | LazyUnmount | no | yes
        Mount | ForceUnmount | no | yes
        """;

    /// One directive, changed `from` one value `to` another.
    record Change(String section, String directive, String from, String to) {
        /// A unit that runs with it. The name is made of letters alone, so that it is its own place on the bus.
        String unit(String role) {
            String word = (role + section + directive).toLowerCase(Locale.ROOT);
            return section.equals("Mount") ? "mnt-" + word + ".mount" : word + "." + type();
        }

        private String type() {
            return section.equals("Unit") ? "service" : section.toLowerCase(Locale.ROOT);
        }

        String text(String role, String value) {
            String name = unit(role);
            String starts = directive.equals("Unit") ? "" : "Unit=stranger.service\n"; // the first one counts
            String base =
                    switch (section) {
                        case "Unit", "Service" -> "[Service]\nExecStart=/bin/sleep infinity\n";
                        case "Socket" -> "[Socket]\nListenStream=/run/" + name + "\nService=stranger.service\n";
                        case "Timer" -> "[Timer]\nOnActiveSec=100h\n" + starts;
                        case "Path" -> "[Path]\nPathExists=/nowhere\n" + starts;
                        case "Mount" ->
                            "[Mount]\nWhat=none\nType=tmpfs\nWhere=/mnt/" + name.replaceAll("mnt-|\\.mount", "") + "\n";
                        default -> throw new IllegalArgumentException(section);
                    };
            return base + (value.isEmpty() ? "" : "[" + section + "]\n" + directive + "=" + value + "\n");
        }

        @Override
        public String toString() {
            return "[%s] %s=%s → %s".formatted(section, directive, from, to);
        }
    }

    private DirectiveChanges() {}

    /// Each line once for each of its sections; `Test` is a condition and an assertion.
    static List<Change> all() {
        return TABLE.lines()
                .filter(line -> !line.isBlank())
                .map(line -> line.split("\\|", -1))
                .flatMap(cells -> Arrays.stream(cells[0].strip().split(","))
                        .flatMap(section -> section.equals("Test")
                                ? Arrays.stream(new String[] {"Condition", "Assert"})
                                        .map(kind -> change("Unit", kind + cells[1].strip(), cells))
                                : Arrays.stream(new Change[] {change(section, cells[1].strip(), cells)})))
                .toList();
    }

    private static Change change(String section, String directive, String[] cells) {
        return new Change(section, directive, cells[2].strip(), cells[3].strip());
    }
}
