package dev.underway.plan;

import dev.underway.model.unitfile.UnitFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What makes a changed directive effective: the planner's knowledge of systemd 252 to 257, one table.
///
/// A directive that is not in it needs a new process, and in `[Socket]` a new socket, because nobody has said that
/// less is enough. Resource control of a service is applied to its live cgroup by a daemon-reload; its execution
/// environment is not, although the properties that systemd shows change at once.
public final class DirectiveTable {
    /// Rows are `sections | effect | proof | source | directives`; an indented line goes on with the directives of
    /// its row, and a later row wins. `%exec`, `%helpers` and `%resources` are the lists below.
    static final String TABLE = """
        Unit | DAEMON_RELOAD | EFFECT | systemd.unit(5) | Description Wants Requires Requisite
          BindsTo BindTo Upholds Conflicts Before After OnFailure OnSuccess PropagatesReloadTo PropagateReloadTo
          ReloadPropagatedFrom PropagateReloadFrom PropagatesStopTo StopPropagatedFrom PartOf RequiresMountsFor
          StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate OnSuccessJobMode
          OnFailureJobMode OnFailureIsolate IgnoreOnIsolate JobTimeoutSec JobRunningTimeoutSec JobTimeoutAction
          JobTimeoutRebootArgument StartLimitIntervalSec StartLimitInterval StartLimitBurst StartLimitAction
          FailureAction SuccessAction RebootArgument CollectMode
        Unit | DAEMON_RELOAD | PROPERTY | systemd.unit(5), to be shown and no more | Documentation SourcePath
        Unit | DAEMON_RELOAD | PROPERTY | systemd.unit(5), at boot and shutdown | DefaultDependencies
        Unit | DAEMON_RELOAD | PROPERTY | systemd.unit(5), when the machine ends | FailureActionExitStatus
          SuccessActionExitStatus
        Unit | DAEMON_RELOAD | EFFECT | systemd.unit(5), at the next start | ConditionPathExists ConditionPathExistsGlob
          ConditionPathIsDirectory ConditionPathIsSymbolicLink ConditionPathIsMountPoint ConditionPathIsReadWrite
          ConditionPathIsEncrypted ConditionDirectoryNotEmpty ConditionFileNotEmpty ConditionFileIsExecutable
          ConditionNeedsUpdate ConditionFirstBoot ConditionArchitecture ConditionFirmware ConditionVirtualization
          ConditionHost ConditionKernelCommandLine ConditionKernelVersion ConditionCredential ConditionSecurity
          ConditionCapability ConditionACPower ConditionMemory ConditionCPUFeature ConditionCPUs ConditionEnvironment
          ConditionUser ConditionGroup ConditionControlGroupController ConditionOSRelease ConditionMemoryPressure
          ConditionCPUPressure ConditionIOPressure
        Unit | DAEMON_RELOAD | EFFECT | systemd.unit(5), at the next start | AssertPathExists AssertPathExistsGlob
          AssertPathIsDirectory AssertPathIsSymbolicLink AssertPathIsMountPoint AssertPathIsReadWrite
          AssertPathIsEncrypted AssertDirectoryNotEmpty AssertFileNotEmpty AssertFileIsExecutable AssertNeedsUpdate
          AssertFirstBoot AssertArchitecture AssertVirtualization AssertHost AssertKernelCommandLine
          AssertKernelVersion AssertCredential AssertSecurity AssertCapability AssertACPower AssertMemory
          AssertCPUFeature AssertCPUs AssertEnvironment AssertUser AssertGroup AssertControlGroupController
          AssertOSRelease AssertMemoryPressure AssertCPUPressure AssertIOPressure
        Unit | DAEMON_RELOAD | PAGE | systemd.unit(5), younger than 252 | WantsMountsFor SurviveFinalKillSignal
          ConditionVersion ConditionKernelModuleLoaded ConditionPathIsSocket AssertFirmware
          AssertVersion AssertKernelModuleLoaded AssertPathIsSocket
        Unit | NEW_PROCESS | PAGE | systemd.unit(5) | JoinsNamespaceOf
        Unit | NOTHING | PAGE | systemd.unit(5), no longer read | RequiresOverridable RequisiteOverridable
        Install | NOTHING | PAGE | systemd.unit(5), read when links are made | Alias WantedBy RequiredBy UpheldBy Also
          DefaultInstance

        Service | DAEMON_RELOAD | EFFECT | systemd.service(5) | Restart RestartSec ExecReload ExecStop ExecStopPost
          TimeoutStopSec RuntimeMaxSec SuccessExitStatus RestartPreventExitStatus RestartForceExitStatus RemainAfterExit
          RuntimeRandomizedExtraSec TimeoutAbortSec TimeoutStopFailureMode ExitType
          StartLimitInterval StartLimitBurst StartLimitAction FailureAction RebootArgument
        Service | DAEMON_RELOAD | EFFECT | systemd.service(5), at the next start | TimeoutSec TimeoutStartSec
          TimeoutStartFailureMode GuessMainPID
        Service | DAEMON_RELOAD | PAGE | systemd.service(5), younger than 252 | RestartSteps RestartMaxDelaySec
          RestartMode FileDescriptorStorePreserve ReloadSignal
        Service | DAEMON_RELOAD | PAGE | systemd.service(5), younger than 257, at the next reload | RefreshOnReload
          ExecReloadPost
        Service | NEW_PROCESS | PAGE | systemd.service(5) | ExecStart ExecCondition ExecStartPre ExecStartPost Type
          WatchdogSec NotifyAccess PIDFile BusName NonBlocking Sockets RootDirectoryStartOnly PermissionsStartOnly
          USBFunctionDescriptors USBFunctionStrings OOMPolicy OpenFile
        Service | NEW_PROCESS | PAGE | systemd.service(5), the process is told where to and how many |
          FileDescriptorStoreMax
        Service,Socket,Mount | DAEMON_RELOAD | EFFECT | systemd.kill(5) | KillMode KillSignal SendSIGKILL SendSIGHUP
          RestartKillSignal FinalKillSignal
        Service | DAEMON_RELOAD | EFFECT | systemd.kill(5) | WatchdogSignal
        Socket,Mount | DAEMON_RELOAD | PROPERTY | systemd.kill(5), they have no watchdog | WatchdogSignal

        Service | NEW_PROCESS | PAGE | systemd.exec(5) | %exec
        Socket | DAEMON_RELOAD | PAGE | systemd.exec(5), of its helper commands only, as those of the next row | %exec
        Socket | DAEMON_RELOAD | EFFECT | systemd.exec(5), of its helper commands only | %helpers
        Socket | NEW_SOCKET | PAGE | systemd.exec(5), the socket is made in the namespace | PrivateNetwork
          NetworkNamespacePath
        Mount | DAEMON_RELOAD | PAGE | systemd.exec(5), of mount(8) only, as those of the next row | %exec
        Mount | DAEMON_RELOAD | EFFECT | systemd.exec(5), of mount(8) only | %helpers
        Service,Socket,Mount,Slice | DAEMON_RELOAD | PAGE | systemd.resource-control(5), the machines of the tests have no
          cgroup controllers and no cgroup-bpf | %resources
        Service,Socket,Mount | NEW_PROCESS | PAGE | systemd.resource-control(5), where the process is put | Slice Delegate
          DelegateSubgroup MemoryPressureWatch MemoryPressureThresholdSec NFTSet
        Slice | DAEMON_RELOAD | PAGE | systemd.slice(5), no process of its own | Slice Delegate DelegateSubgroup
          MemoryPressureWatch MemoryPressureThresholdSec NFTSet ConcurrencyHardMax ConcurrencySoftMax

        Socket | DAEMON_RELOAD | EFFECT | systemd.socket(5), at the next event | MaxConnections TriggerLimitBurst
          TriggerLimitIntervalSec MaxConnectionsPerSource FlushPending RemoveOnStop TimeoutSec ExecStartPre
          ExecStartPost ExecStopPre ExecStopPost DirectoryMode
        Socket | NEW_SOCKET | PAGE | systemd.socket(5), its service is told at its start | FileDescriptorName
        Socket | NEW_SOCKET | PAGE | systemd.socket(5), it waits for the end of the one that it has started | Service
        Socket | DAEMON_RELOAD | PAGE | systemd.socket(5), younger than 252 | PollLimitIntervalSec PollLimitBurst
          PassFileDescriptorsToExec
        Socket | NEW_SOCKET | PAGE | systemd.socket(5), its address | ListenStream ListenDatagram ListenSequentialPacket
          ListenFIFO ListenNetlink ListenSpecial ListenMessageQueue ListenUSBFunction SocketProtocol BindIPv6Only
          BindToDevice ReusePort FreeBind Transparent Accept
        Socket | OPEN_SOCKET | PAGE | systemd.socket(5), set when it is bound; on the open one by listen(2),
          setsockopt(2), chmod(2), chown(2) | Backlog KeepAlive KeepAliveTimeSec KeepAliveIntervalSec KeepAliveProbes
          NoDelay DeferAcceptSec Priority SocketUser SocketGroup SocketMode
        Socket | NEW_SOCKET | PAGE | systemd.socket(5), set when it is bound | ReceiveBuffer SendBuffer IPTOS IPTTL Mark
          PipeSize Writable Broadcast PassCredentials PassPIDFD PassSecurity PassPacketInfo AcceptFileDescriptors Timestamping TCPCongestion MessageQueueMaxMessages
          MessageQueueMessageSize Symlinks SmackLabel SmackLabelIPIn SmackLabelIPOut SELinuxContextFromNet

        Timer | DAEMON_RELOAD | EFFECT | systemd.timer(5) | OnCalendar OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec
          OnUnitInactiveSec OnTimezoneChange Persistent RemainAfterElapse FixedRandomDelay RandomizedDelaySec
        Timer | NEW_PROCESS | PAGE | systemd.timer(5), it waits for the end of the one that it has started | Unit
        Timer | DAEMON_RELOAD | PROPERTY | systemd.timer(5), the clock is that of the whole machine | OnClockChange
        Timer | DAEMON_RELOAD | PROPERTY | systemd.timer(5), a bound within which any moment is right | AccuracySec
        Timer | DAEMON_RELOAD | PAGE | systemd.timer(5), needs a clock that wakes the machine | WakeSystem
        Timer | DAEMON_RELOAD | PAGE | systemd.timer(5), younger than 252 | RandomizedOffsetSec DeferReactivation
        Path | DAEMON_RELOAD | EFFECT | systemd.path(5) | PathChanged PathExists PathExistsGlob PathModified
          DirectoryNotEmpty Unit MakeDirectory DirectoryMode TriggerLimitIntervalSec TriggerLimitBurst
        Mount | RELOAD | EFFECT | systemd.mount(5), a reload remounts | Options
        Mount | DAEMON_RELOAD | EFFECT | systemd.mount(5), at the next mount or unmount | TimeoutSec DirectoryMode
          SloppyOptions LazyUnmount ForceUnmount
        Mount | NEW_PROCESS | PAGE | systemd.mount(5) | What Where Type ReadWriteOnly
        Automount | DAEMON_RELOAD | PAGE | systemd.automount(5), at the next start; a container has no
          autofs | DirectoryMode
        Automount | NEW_PROCESS | PAGE | systemd.automount(5), told to the kernel at the start | Where ExtraOptions
          TimeoutIdleSec
        """;

    private static final String EXEC = """
        RootDirectory RootImage RootImageOptions RootImagePolicy RootHash RootHashSignature RootVerity RootEphemeral
        ExtensionDirectories ExtensionImages ExtensionImagePolicy MountImages MountImagePolicy User Group SupplementaryGroups
        Environment WorkingDirectory Nice OOMScoreAdjust LimitNOFILE
        SetLoginEnvironment CoredumpFilter IOSchedulingClass IOSchedulingPriority CPUSchedulingPolicy
        CPUSchedulingPriority CPUSchedulingResetOnFork CPUAffinity NUMAPolicy NUMAMask UMask EnvironmentFile
        PassEnvironment UnsetEnvironment DynamicUser RemoveIPC StandardInput StandardOutput StandardError
        StandardInputText StandardInputData TTYPath TTYReset TTYVHangup TTYVTDisallocate TTYRows TTYColumns
        SyslogIdentifier SyslogFacility SyslogLevel SyslogLevelPrefix LogLevelMax LogRateLimitIntervalSec
        LogRateLimitBurst LogExtraFields LogFilterPatterns LogNamespace SecureBits CapabilityBoundingSet
        AmbientCapabilities TimerSlackNSec NoNewPrivileges KeyringMode ProtectProc ProcSubset SystemCallFilter
        SystemCallArchitectures SystemCallErrorNumber SystemCallLog MemoryDenyWriteExecute RestrictNamespaces
        RestrictRealtime RestrictSUIDSGID RestrictAddressFamilies RestrictFileSystems LockPersonality LimitCPU LimitFSIZE
        LimitDATA LimitSTACK LimitCORE LimitRSS LimitAS LimitNPROC LimitMEMLOCK LimitLOCKS LimitSIGPENDING
        LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME ReadWriteDirectories ReadOnlyDirectories InaccessibleDirectories
        ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths ExecSearchPath BindPaths BindReadOnlyPaths
        TemporaryFileSystem PrivateTmp PrivateDevices PrivateNetwork PrivateUsers PrivateMounts PrivateIPC PrivatePIDs
        NetworkNamespacePath IPCNamespacePath ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectClock
        ProtectControlGroups ProtectSystem ProtectHome ProtectHostname MountFlags MountAPIVFS BindLogSockets Personality
        RuntimeDirectory RuntimeDirectoryMode RuntimeDirectoryPreserve StateDirectory StateDirectoryMode CacheDirectory
        CacheDirectoryMode LogsDirectory LogsDirectoryMode ConfigurationDirectory ConfigurationDirectoryMode
        SetCredential SetCredentialEncrypted LoadCredential LoadCredentialEncrypted ImportCredential TimeoutCleanSec
        PAMName IgnoreSIGPIPE UtmpIdentifier UtmpMode SELinuxContext AppArmorProfile SmackProcessLabel MemoryKSM
        """;

    /// Of [#EXEC], those that are shown with commands that a unit runs beside its own.
    private static final String HELPERS = """
        Environment WorkingDirectory User UMask OOMScoreAdjust LimitNOFILE NoNewPrivileges
        """;

    private static final String RESOURCES = """
        CPUQuota CPUShares TasksMax
        AllowedCPUs StartupAllowedCPUs AllowedMemoryNodes StartupAllowedMemoryNodes CPUAccounting CPUWeight
        StartupCPUWeight StartupCPUShares CPUQuotaPeriodSec MemoryAccounting MemoryMin DefaultMemoryMin MemoryLow
        DefaultMemoryLow DefaultStartupMemoryLow StartupMemoryLow MemoryHigh StartupMemoryHigh MemoryMax StartupMemoryMax
        MemorySwapMax StartupMemorySwapMax MemoryZSwapMax StartupMemoryZSwapMax MemoryZSwapWriteback MemoryLimit
        DeviceAllow DevicePolicy IOAccounting IOWeight StartupIOWeight IODeviceWeight IOReadBandwidthMax
        IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax IODeviceLatencyTargetSec BlockIOAccounting BlockIOWeight
        StartupBlockIOWeight BlockIODeviceWeight BlockIOReadBandwidth BlockIOWriteBandwidth TasksAccounting
        DisableControllers IPAccounting IPAddressAllow IPAddressDeny IPIngressFilterPath IPEgressFilterPath
        ManagedOOMSwap ManagedOOMMemoryPressure ManagedOOMMemoryPressureLimit ManagedOOMMemoryPressureDurationSec
        ManagedOOMPreference BPFProgram SocketBindAllow SocketBindDeny RestrictNetworkInterfaces CoredumpReceive
        """;

    private static final Pattern SPACE = Pattern.compile("\\s+");

    /// How it is known that a row is right.
    public enum Proof {
        /// On a booted systemd: what was changed under a running unit does what it says, in the same run of the unit.
        EFFECT,
        /// On a booted systemd: it shows the new value, in the same run of the unit. What it does with it is taken from
        /// the manual page, because a test cannot see it; the source says why.
        PROPERTY,
        /// By the manual page alone: newer than the machines of the tests, or of what these do not have, as the source
        /// says. Rows that need a new process or socket claim nothing to be proved.
        PAGE
    }

    /// One line of the table: what `section` and `directive` need, and who says so.
    public record Row(String section, String directive, Effect effect, Proof proof, String source) {}

    private static final Map<String, Row> ROWS = read();

    private DirectiveTable() {}

    /// What makes a change of `directive` in `[section]` effective.
    public static Effect effect(String section, String directive) {
        if (section.startsWith("X-") || directive.startsWith("X-")) {
            return Effect.NOTHING;
        }
        var row = ROWS.get(key(section, directive));
        if (row != null) {
            return row.effect();
        }
        return section.equals("Socket") ? Effect.NEW_SOCKET : Effect.NEW_PROCESS;
    }

    /// What makes this very difference effective. `NotifyAccess=` is live unless the process was started with
    /// none: it then has no NOTIFY_SOCKET (measured). A `Priority=` above 6 is set by who administers the network
    /// (SO_PRIORITY in socket(7)), which the agent does not.
    static Effect effect(UnitFile.Difference difference) {
        if (key(difference.section(), difference.key()).equals("Socket.Priority")
                && !difference.after().stream().allMatch(DirectiveTable::isPriorityOfAnybody)) {
            return Effect.NEW_SOCKET;
        }
        boolean live = difference.key().equals("NotifyAccess")
                && Stream.of(difference.before(), difference.after()).noneMatch(v -> v.isEmpty() || v.contains("none"));
        return live ? Effect.DAEMON_RELOAD : effect(difference.section(), difference.key());
    }

    private static boolean isPriorityOfAnybody(String value) {
        return value.strip().matches("[0-6]?");
    }

    /// Whether the table has a row for it.
    public static boolean knows(String section, String directive) {
        return ROWS.containsKey(key(section, directive));
    }

    /// All rows.
    public static List<Row> rows() {
        return List.copyOf(ROWS.values());
    }

    private static Map<String, Row> read() {
        var rows = new HashMap<String, Row>();
        for (String line :
                TABLE.replaceAll("\n +", " ").lines().filter(l -> !l.isBlank()).toList()) {
            String[] cells = line.split(" *\\| *");
            for (String section : cells[0].split(",")) {
                for (String directive : directives(cells[4])) {
                    rows.put(
                            key(section, directive),
                            new Row(section, directive, Effect.valueOf(cells[1]), Proof.valueOf(cells[2]), cells[3]));
                }
            }
        }
        return rows;
    }

    private static List<String> directives(String cell) {
        return List.of(SPACE.split(cell.replace("%exec", EXEC)
                .replace("%helpers", HELPERS)
                .replace("%resources", RESOURCES)
                .strip()));
    }

    private static String key(String section, String directive) {
        return section + "." + directive;
    }
}
