package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Describe;
import dev.underway.model.schema.Limit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What shall run on the hosts that a selector picks. Absent fields are null here; [Defaults] says what absence
/// means, so that nothing a person did not write is ever stored inside their lists.
@JsonInclude(JsonInclude.Include.NON_NULL)
@Describe("What should run on the hosts that the selector picks, and how changes are rolled out.")
public record UnitSetSpec(
        @Describe("Picks the hosts. Required; {} picks every host.")
        LabelSelector selector,

        @Describe("Downloads that are verified, unpacked into the host's store and linked to a path.")
        @Limit(maxItems = 64, mapKeys = "name")
        @Nullable
        List<Artifact> artifacts,

        @Describe("Files to write.") @Limit(maxItems = 512, mapKeys = "path") @Nullable
        List<ManagedFile> files,

        @Describe("systemd units.") @Limit(maxItems = 256, mapKeys = "name") @Nullable
        List<Unit> units,

        @Describe("How a change moves over the fleet.") @Nullable
        Rollout rollout,

        @Describe("Heal (default) puts back what was changed on a host by hand; Report only says so.") @Nullable
        DriftPolicy drift,

        @Describe("Stops the rollout where it is.") @Nullable
        Boolean paused,

        @Describe("Holds the set at an earlier revision; set by undo.") @Nullable
        Pin pin,

        @Describe("A new time here asks for a new process of every unit, by the gentlest step.") @Nullable
        Instant restartedAt,

        @Describe("Delete (default) removes units and files from the hosts with the set; Orphan leaves them.") @Nullable
        DeletionPolicy deletionPolicy,

        @Describe("How many old revisions are kept. Default 10.") @Limit(minimum = 0, maximum = 100) @Nullable
        Integer revisionHistoryLimit) {

    public List<Artifact> artifactsOrEmpty() {
        return artifacts == null ? List.of() : artifacts;
    }

    public List<ManagedFile> filesOrEmpty() {
        return files == null ? List.of() : files;
    }

    public List<Unit> unitsOrEmpty() {
        return units == null ? List.of() : units;
    }

    /// A download: fetched once per digest, verified, unpacked into a content-addressed store, and linked to `path`.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("A download that is verified by its digest and linked to a path.")
    public record Artifact(
            @Describe("Names the artifact within the set.")
            @Limit(maxLength = 63, pattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?")
            String name,

            @Describe(
                    "https, http or file URL. .tar.gz, .tgz and .zip are unpacked, anything else is kept as one executable file.")
            @Limit(maxLength = 2048)
            String url,

            @Describe("SHA-256 of the download, 64 hexadecimal digits.") @Limit(pattern = "[0-9a-f]{64}")
            String sha256,

            @Describe("Absolute path that becomes a symlink to the unpacked content.") @Limit(maxLength = 4096)
            String path) {}

    /// A file, written whole and atomically.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("A file that is written whole and atomically.")
    public record ManagedFile(
            @Describe("Absolute path.") @Limit(maxLength = 4096)
            String path,

            @Describe("Permission bits as a string of octal digits. Default \"0644\".")
            @Limit(pattern = "0?[0-7]{3}", example = "0640")
            @Nullable
            String mode,

            @Describe("Owner by name. Default root.") @Limit(maxLength = 32) @Nullable
            String owner,

            @Describe("Group by name. Default root.") @Limit(maxLength = 32) @Nullable
            String group,

            @Describe("The text of the file.") @Limit(maxLength = 524288) @Nullable
            String content,

            @Describe("The bytes of the file in base64, instead of content.") @Limit(maxLength = 699052) @Nullable
            String contentBase64,

            @Describe("Take over a file that exists on the host and is not managed yet.") @Nullable
            Boolean adopt,

            @Describe("Puts values of the host in the place of ${host.name}, ${host.labels.<key>} and"
                    + " ${host.facts.<fact>} in content; $${host. stays a ${host. as it is.")
            @Nullable
            Boolean template) {

        public ManagedFile(
                String path,
                @Nullable String mode,
                @Nullable String owner,
                @Nullable String group,
                @Nullable String content,
                @Nullable String contentBase64,
                @Nullable Boolean adopt) {
            this(path, mode, owner, group, content, contentBase64, adopt, null);
        }

        boolean isTemplate() {
            return Boolean.TRUE.equals(template);
        }
    }

    /// A systemd unit: a unit file exactly as written by hand, or (without content) a unit that the host already has.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("A systemd unit of the set, or of the host when it has no content.")
    public record Unit(
            @Describe("Unit name with its suffix, such as web.service.") @Limit(maxLength = 255)
            String name,

            @Describe("The unit file. Absent: a unit that the host already has.") @Limit(maxLength = 262144) @Nullable
            String content,

            @Describe("Drop-in files by name, such as 10-limits.conf.") @Limit(maxItems = 64) @Nullable
            Map<String, String> dropIns,

            @Describe(
                    "The most disruptive action that a change may take. Default Auto: the gentlest that is enough. Reload:"
                            + " the service replaces its own program when it is reloaded.")
            @Nullable
            UpdateMode update,

            @Describe("Running, Stopped, or IfRunning: touch the unit only if it runs.") @Nullable
            UnitState state,

            @Describe("Paths (with * and **) whose change is taken by a reload.") @Limit(maxItems = 64) @Nullable
            List<String> reloadOn,

            @Describe("Paths (with * and **) whose change needs a new process.") @Limit(maxItems = 64) @Nullable
            List<String> restartOn,

            @Describe("How the agent learns that the unit works after a change.") @Nullable
            Readiness readiness,

            @Describe("Take over a unit file that exists on the host and is not managed yet.") @Nullable
            Boolean adopt,

            @Describe("Puts values of the host in the place of ${host.name}, ${host.labels.<key>} and"
                    + " ${host.facts.<fact>} in content and dropIns; $${host. stays a ${host. as it is.")
            @Nullable
            Boolean template,

            @Describe(
                    "For a service that cannot take its listening socket from systemd: a proxy listens in its place and"
                            + " passes connections on to the process that is current. The process finds its port in PORT.")
            @Nullable
            Proxy proxy,

            @Describe("For a socket with Accept=yes: how long connections may go on with an earlier version of their"
                    + " service before they are stopped. Default: until they end by themselves.")
            @Nullable
            Duration drain) {

        public Unit(
                String name,
                @Nullable String content,
                @Nullable Map<String, String> dropIns,
                @Nullable UpdateMode update,
                @Nullable UnitState state,
                @Nullable List<String> reloadOn,
                @Nullable List<String> restartOn,
                @Nullable Readiness readiness,
                @Nullable Boolean adopt) {
            this(name, content, dropIns, update, state, reloadOn, restartOn, readiness, adopt, null, null, null);
        }

        /// The same with other texts.
        Unit with(@Nullable String otherContent, @Nullable Map<String, String> otherDropIns) {
            return new Unit(
                    name,
                    otherContent,
                    otherDropIns,
                    update,
                    state,
                    reloadOn,
                    restartOn,
                    readiness,
                    adopt,
                    template,
                    proxy,
                    drain);
        }
    }

    /// How the agent learns that a unit works; READY=1 of `Type=notify` always counts as well.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("Probes of a unit. At most one of http, tcp and exec.")
    public record Readiness(
            @Describe("An HTTP GET to 127.0.0.1 that must answer 2xx or 3xx.") @Nullable
            HttpProbe http,

            @Describe("A TCP connection to 127.0.0.1 that must open; of a socket with Accept=yes it must also be kept,"
                    + " or be sent something.")
            @Nullable
            TcpProbe tcp,

            @Describe("A command that must exit with 0; runs as the unit's user, of a socket with Accept=yes as"
                    + " nobody.")
            @Nullable
            ExecProbe exec,

            @Describe("How long the unit must stay up before it counts as healthy. Default 2s.") @Nullable
            Duration minHealthyTime,

            @Describe("How long the unit may take to become healthy. Default 60s.") @Nullable
            Duration deadline) {}

    @Describe("An HTTP probe.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record HttpProbe(
            @Describe("Port on 127.0.0.1.") @Limit(minimum = 1, maximum = 65535)
            int port,

            @Describe("Path of the request. Default /.") @Nullable
            String path) {}

    @Describe("A TCP probe.")
    public record TcpProbe(
            @Describe("Port on 127.0.0.1.") @Limit(minimum = 1, maximum = 65535)
            int port) {}

    @Describe("A command probe.")
    public record ExecProbe(
            @Describe("Program and arguments; no shell.") @Limit(maxItems = 64)
            List<String> command) {}

    /// How a change moves over the fleet.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("How a change moves over the fleet.")
    public record Rollout(
            @Describe("Most hosts that may be unavailable at a time: a number, or a percentage such as 10%.") @Nullable
            IntOrPercent maxUnavailable,

            @Describe("Groups of hosts that change one after the other; the last, everybody else, is implied.")
            @Limit(maxItems = 32)
            @Nullable
            List<Wave> waves,

            @Describe("How long a host may take to become healthy after the agent starts to act.") @Nullable
            Duration healthyDeadline,

            @Describe("How long a wave may make no progress.") @Nullable
            Duration progressDeadline,

            @Describe("How many hosts may fail before the rollout stops. Default 0.") @Limit(minimum = 0) @Nullable
            Integer maxFailures,

            @Describe("Revert (default) or Pause.") @Nullable
            OnFailure onFailure) {}

    /// A group of hosts that changes before the rest.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("A group of hosts that changes before the rest.")
    public record Wave(
            @Describe("Names the wave.") String name,

            @Describe("Picks the wave's hosts among the set's.")
            LabelSelector selector,

            @Describe("Most hosts of the wave.") @Limit(minimum = 1) @Nullable
            Integer maxHosts,

            @Describe("Fewest hosts that must be verified before the wave passes.") @Limit(minimum = 0) @Nullable
            Integer minHosts,

            @Describe("How long to wait after the wave is healthy.") @Nullable
            Duration bake,

            @Describe("Automatic (default), or Manual: a person must promote.") @Nullable
            Promote promote) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("Holds a set at one revision.")
    public record Pin(
            @Describe("Name of the revision.") String revision,
            @Describe("Why.") @Nullable String reason) {}

    /// The most disruptive action that a change of a unit may take. `Reload` is also the author's word that the service
    /// replaces its program when it is reloaded; what only a start reads waits for one.
    public enum UpdateMode {
        Auto,
        Reload,
        Swap,
        Restart,
        Defer
    }

    /// What a unit shall be.
    public enum UnitState {
        Running,
        Stopped,
        IfRunning
    }

    /// What to do about changes made on a host by hand.
    public enum DriftPolicy {
        Heal,
        Report
    }

    /// What happens on the hosts when the set goes.
    public enum DeletionPolicy {
        Delete,
        Orphan
    }

    /// What a failed rollout does.
    public enum OnFailure {
        Revert,
        Pause
    }

    /// Who lets a rollout go on after a wave.
    public enum Promote {
        Automatic,
        Manual
    }
}
