package dev.underway.plan;

import dev.underway.model.unitfile.UnitFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What makes a changed directive effective: the planner's knowledge of systemd 252 to 257, one table.
///
/// A directive that is not in it needs a new process, because nobody has said that less is enough. `measured`
/// means: on a booted systemd 252, by changing the directive under a running unit and reading what the process
/// and the kernel do. Resource control of a service is applied to its live cgroup by a daemon-reload; its
/// execution environment is not, although the properties that systemd shows change at once.
public final class DirectiveTable {
    /// Rows are `sections | effect | source | directives`; an indented line goes on with the directives of its
    /// row, and a later row wins. `%exec` and `%resources` are the lists below.
    static final String TABLE = """
        Unit | DAEMON_RELOAD | measured | Description Documentation Wants After OnFailure StartLimitBurst
        Unit | DAEMON_RELOAD | systemd.unit(5) | SourcePath Requires Requisite BindsTo BindTo Upholds Conflicts Before OnSuccess
          PropagatesReloadTo PropagateReloadTo ReloadPropagatedFrom PropagateReloadFrom PropagatesStopTo StopPropagatedFrom
          PartOf RequiresMountsFor WantsMountsFor StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate
          DefaultDependencies SurviveFinalKillSignal OnSuccessJobMode OnFailureJobMode OnFailureIsolate IgnoreOnIsolate
          JobTimeoutSec JobRunningTimeoutSec JobTimeoutAction JobTimeoutRebootArgument StartLimitIntervalSec
          StartLimitInterval StartLimitAction FailureAction SuccessAction FailureActionExitStatus SuccessActionExitStatus
          RebootArgument CollectMode
        Unit | DAEMON_RELOAD | systemd.unit(5), at the next start | ConditionPathExists ConditionPathExistsGlob
          ConditionPathIsDirectory ConditionPathIsSymbolicLink ConditionPathIsMountPoint ConditionPathIsReadWrite
          ConditionPathIsEncrypted ConditionDirectoryNotEmpty ConditionFileNotEmpty ConditionFileIsExecutable
          ConditionNeedsUpdate ConditionFirstBoot ConditionArchitecture ConditionFirmware ConditionVirtualization
          ConditionHost ConditionKernelCommandLine ConditionKernelVersion ConditionVersion ConditionCredential
          ConditionSecurity ConditionCapability ConditionACPower ConditionMemory ConditionCPUFeature ConditionCPUs
          ConditionEnvironment ConditionUser ConditionGroup ConditionControlGroupController ConditionOSRelease
          ConditionKernelModuleLoaded ConditionPathIsSocket ConditionMemoryPressure ConditionCPUPressure
          ConditionIOPressure
        Unit | DAEMON_RELOAD | systemd.unit(5), at the next start | AssertPathExists AssertPathExistsGlob
          AssertPathIsDirectory AssertPathIsSymbolicLink AssertPathIsMountPoint AssertPathIsReadWrite
          AssertPathIsEncrypted AssertDirectoryNotEmpty AssertFileNotEmpty AssertFileIsExecutable AssertNeedsUpdate
          AssertFirstBoot AssertArchitecture AssertFirmware AssertVirtualization AssertHost AssertKernelCommandLine
          AssertKernelVersion AssertVersion AssertCredential AssertSecurity AssertCapability AssertACPower AssertMemory
          AssertCPUFeature AssertCPUs AssertEnvironment AssertUser AssertGroup AssertControlGroupController
          AssertOSRelease AssertKernelModuleLoaded AssertPathIsSocket AssertMemoryPressure AssertCPUPressure
          AssertIOPressure
        Unit | NEW_PROCESS | systemd.unit(5) | JoinsNamespaceOf
        Unit | NOTHING | systemd.unit(5), no longer read | RequiresOverridable RequisiteOverridable
        Install | DAEMON_RELOAD | systemd.unit(5) | Alias WantedBy RequiredBy UpheldBy Also DefaultInstance

        Service | DAEMON_RELOAD | measured | Restart RestartSec ExecReload ExecStop ExecStopPost TimeoutStopSec RuntimeMaxSec
          SuccessExitStatus KillMode KillSignal
        Service | DAEMON_RELOAD | systemd.service(5) | RestartSteps RestartMaxDelaySec RestartMode RestartPreventExitStatus
          RestartForceExitStatus RemainAfterExit RuntimeRandomizedExtraSec TimeoutAbortSec TimeoutStopFailureMode ExitType
          FileDescriptorStoreMax FileDescriptorStorePreserve ReloadSignal GuessMainPID StartLimitInterval StartLimitBurst
          StartLimitAction FailureAction RebootArgument
        Service | DAEMON_RELOAD | systemd.service(5), at the next start | TimeoutSec TimeoutStartSec TimeoutStartFailureMode
        Service | NEW_PROCESS | measured | ExecStart Type WatchdogSec NotifyAccess
        Service | NEW_PROCESS | systemd.service(5) | ExecCondition ExecStartPre ExecStartPost PIDFile BusName NonBlocking Sockets
          RootDirectoryStartOnly PermissionsStartOnly USBFunctionDescriptors USBFunctionStrings OOMPolicy OpenFile
        Service,Socket,Mount | DAEMON_RELOAD | systemd.kill(5) | SendSIGKILL SendSIGHUP RestartKillSignal FinalKillSignal
          WatchdogSignal
        Socket,Mount | DAEMON_RELOAD | systemd.kill(5) | KillMode KillSignal

        Service | NEW_PROCESS | measured | Environment User WorkingDirectory Nice OOMScoreAdjust LimitNOFILE
        Service | NEW_PROCESS | systemd.exec(5) | %exec
        Socket | DAEMON_RELOAD | systemd.exec(5), of its helper commands only | Environment User WorkingDirectory Nice
          OOMScoreAdjust LimitNOFILE %exec
        Socket | NEW_SOCKET | systemd.exec(5), the socket is made in the namespace | PrivateNetwork NetworkNamespacePath
        Mount | DAEMON_RELOAD | systemd.exec(5), of mount(8) only | Environment User WorkingDirectory Nice OOMScoreAdjust
          LimitNOFILE %exec
        Service,Socket,Mount,Slice | DAEMON_RELOAD | measured | CPUQuota CPUShares TasksMax
        Service,Socket,Mount,Slice | DAEMON_RELOAD | systemd.resource-control(5) | %resources
        Service,Socket,Mount | NEW_PROCESS | systemd.resource-control(5), where the process is put | Slice Delegate
          DelegateSubgroup MemoryPressureWatch MemoryPressureThresholdSec NFTSet
        Slice | DAEMON_RELOAD | systemd.slice(5), no process of its own | Slice Delegate DelegateSubgroup MemoryPressureWatch
          MemoryPressureThresholdSec NFTSet ConcurrencyHardMax ConcurrencySoftMax

        Socket | DAEMON_RELOAD | measured | Service MaxConnections TriggerLimitIntervalSec TriggerLimitBurst
        Socket | DAEMON_RELOAD | systemd.socket(5), at the next event | MaxConnectionsPerSource PollLimitIntervalSec
          PollLimitBurst FlushPending RemoveOnStop TimeoutSec ExecStartPre ExecStartPost ExecStopPre ExecStopPost
          FileDescriptorName DirectoryMode PassFileDescriptorsToExec
        Socket | NEW_SOCKET | measured | ListenStream ListenDatagram ListenSequentialPacket ListenFIFO Backlog KeepAlive NoDelay
        Socket | NEW_SOCKET | systemd.socket(5) | ListenNetlink ListenSpecial ListenMessageQueue ListenUSBFunction SocketProtocol
          BindIPv6Only BindToDevice SocketUser SocketGroup SocketMode Accept Writable KeepAliveTimeSec
          KeepAliveIntervalSec KeepAliveProbes DeferAcceptSec Priority ReceiveBuffer SendBuffer IPTOS IPTTL Mark PipeSize
          FreeBind Transparent Broadcast PassCredentials PassPIDFD PassSecurity PassPacketInfo AcceptFileDescriptors
          Timestamping TCPCongestion ReusePort MessageQueueMaxMessages MessageQueueMessageSize Symlinks SmackLabel
          SmackLabelIPIn SmackLabelIPOut SELinuxContextFromNet

        Timer | DAEMON_RELOAD | measured | OnCalendar OnActiveSec
        Timer | DAEMON_RELOAD | systemd.timer(5) | OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec OnClockChange
          OnTimezoneChange Persistent WakeSystem RemainAfterElapse FixedRandomDelay AccuracySec RandomizedDelaySec
          RandomizedOffsetSec DeferReactivation Unit
        Path | DAEMON_RELOAD | measured | PathChanged
        Path | DAEMON_RELOAD | systemd.path(5) | PathExists PathExistsGlob PathModified DirectoryNotEmpty Unit MakeDirectory
          DirectoryMode TriggerLimitIntervalSec TriggerLimitBurst
        Mount | RELOAD | systemd.mount(5), a reload remounts | Options
        Mount | NEW_PROCESS | systemd.mount(5) | What Where Type ReadWriteOnly
        Mount | DAEMON_RELOAD | systemd.mount(5), at the next mount or unmount | TimeoutSec DirectoryMode SloppyOptions
          LazyUnmount ForceUnmount
        """;

    private static final String EXEC = """
        RootDirectory RootImage RootImageOptions RootImagePolicy RootHash RootHashSignature RootVerity RootEphemeral
        ExtensionDirectories ExtensionImages ExtensionImagePolicy MountImages MountImagePolicy Group SupplementaryGroups
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

    private static final String RESOURCES = """
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

    /// One line of the table: what `section` and `directive` need, and who says so.
    public record Row(String section, String directive, Effect effect, String source) {}

    private static final Map<String, Row> ROWS = read();

    private DirectiveTable() {}

    /// What makes a change of `directive` in `[section]` effective.
    public static Effect effect(String section, String directive) {
        if (section.startsWith("X-") || directive.startsWith("X-")) {
            return Effect.DAEMON_RELOAD;
        }
        var row = ROWS.get(key(section, directive));
        return row == null ? Effect.NEW_PROCESS : row.effect();
    }

    /// What makes this very difference effective. `NotifyAccess=` is live unless the process was started with
    /// none: it then has no NOTIFY_SOCKET (measured).
    static Effect effect(UnitFile.Difference difference) {
        boolean live = difference.key().equals("NotifyAccess")
                && Stream.of(difference.before(), difference.after()).noneMatch(v -> v.isEmpty() || v.contains("none"));
        return live ? Effect.DAEMON_RELOAD : effect(difference.section(), difference.key());
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
                for (String directive : directives(cells[3])) {
                    rows.put(key(section, directive), new Row(section, directive, Effect.valueOf(cells[1]), cells[2]));
                }
            }
        }
        return rows;
    }

    private static List<String> directives(String cell) {
        return List.of(SPACE.split(
                cell.replace("%exec", EXEC).replace("%resources", RESOURCES).strip()));
    }

    private static String key(String section, String directive) {
        return section + "." + directive;
    }
}
