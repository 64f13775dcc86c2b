package dev.underway.agent;

import dev.underway.agent.Verdicts.Condemned;
import dev.underway.agent.fetch.Document;
import dev.underway.agent.fetch.Downloads;
import dev.underway.agent.fetch.FetchFailed;
import dev.underway.agent.fetch.Renderings;
import dev.underway.agent.fetch.Revisions;
import dev.underway.agent.host.Accounts;
import dev.underway.agent.host.HostPolicy;
import dev.underway.agent.host.HostPolicyFile.PolicyUnusable;
import dev.underway.agent.host.PolicySource;
import dev.underway.agent.host.SafeFiles;
import dev.underway.agent.host.WriteFailed;
import dev.underway.model.Policy;
import dev.underway.model.Revision;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.plan.Desired;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Desired.RemovedSet;
import dev.underway.plan.Plan.Withheld;
import dev.underway.plan.SetId;
import dev.underway.wire.DesiredState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Turns the document into what may be done here now: contents and artifacts are fetched, and a set that the host's
/// owner denies, that names an account nobody has or a path that others could redirect is withheld whole, before
/// anything of it is written.
final class Admission {
    private final Revisions revisions;
    private final Renderings renderings;
    private final Downloads downloads;
    private final PolicySource policy;
    private final SafeFiles files;
    private final Retries retries;
    private final Holds holds;
    private final Verdicts verdicts;

    Admission(
            Revisions revisions,
            Renderings renderings,
            Downloads downloads,
            PolicySource policy,
            SafeFiles files,
            Retries retries,
            Holds holds,
            Verdicts verdicts) {
        this.revisions = revisions;
        this.renderings = renderings;
        this.downloads = downloads;
        this.policy = policy;
        this.files = files;
        this.retries = retries;
        this.holds = holds;
        this.verdicts = verdicts;
    }

    /// What the planner is asked for, and the sets of it that are held back, with the reason.
    ///
    /// @param reverted sets of which an earlier revision is carried out, because the desired one failed here
    record Admitted(Desired desired, Map<SetId, Withheld> withheld, Map<SetId, Condemned> reverted) {

        /// The same with these sets held back too: what is theirs, and what is left of those that shall go, stays.
        Admitted holding(Set<SetId> sets, Withheld why) {
            var held = new TreeMap<>(withheld);
            sets.forEach(set -> held.put(set, why));
            var removed = desired.removed().stream()
                    .filter(each -> !sets.contains(each.id()))
                    .toList();
            return new Admitted(new Desired(desired.sets(), removed, held), held, reverted);
        }
    }

    /// Identifies what is tried: another version of a set is tried at once although the last one failed.
    static String version(DesiredState.Entry entry) {
        return entry.uid() + "/" + entry.generation() + "/" + entry.runs();
    }

    Admitted admit(Document document) throws InterruptedException {
        holds.take(document);
        var sets = new ArrayList<DesiredSet>();
        var withheld = new TreeMap<SetId, Withheld>();
        var reverted = new TreeMap<SetId, Condemned>();
        document.unreadable()
                .forEach((set, why) -> withheld.put(
                        set, new Withheld("Unsupported", "this agent does not understand the assignment: " + why)));
        for (var entry : document.state().assignments()) {
            var id = new SetId(entry.namespace(), entry.unitSet());
            var holding = holds.of(id).or(() -> retries.holding(id, version(entry)));
            if (holding.isPresent()) {
                withheld.put(id, holding.get());
                var digest = verdicts.condemned(id, entry).map(Condemned::good).orElse(entry.runs());
                revisions.kept(digest).ifPresent(content -> sets.add(desired(id, entry, digest, content)));
                continue;
            }
            try {
                var condemned = verdicts.condemned(id, entry);
                if (condemned.isPresent()) {
                    reverted.put(id, condemned.get());
                }
                var set = condemned.isPresent()
                        ? desired(
                                id,
                                entry,
                                condemned.get().good(),
                                revisions.content(condemned.get().good()))
                        : desired(id, entry, entry.runs(), renderings.content(entry));
                sets.add(set);
                var refused = refused(set);
                var why = refused == null ? fetching(set) : refused;
                if (why != null) {
                    withheld.put(id, why);
                }
            } catch (FetchFailed e) {
                var why = new Withheld(e.reason(), String.valueOf(e.getMessage()));
                retries.failed(id, version(entry), why);
                withheld.put(id, why);
            }
        }
        var removals = document.state().tombstones().stream()
                .map(stone -> new RemovedSet(new SetId(stone.namespace(), stone.unitSet()), stone.orphan()))
                .filter(removed -> holds.of(removed.id()).isEmpty())
                .toList();
        return new Admitted(new Desired(List.copyOf(sets), removals, withheld), withheld, reverted);
    }

    /// `digest` is that of what is carried out: the desired content, or the one before it.
    private DesiredSet desired(SetId id, DesiredState.Entry entry, String digest, Revision.Content content) {
        return new DesiredSet(
                id,
                entry.uid(),
                Objects.requireNonNullElse(entry.since(), Instant.EPOCH),
                renderings.revision(entry, digest),
                digest,
                content,
                Objects.requireNonNullElse(entry.policy(), Policy.NONE));
    }

    private @Nullable Withheld refused(DesiredSet set) {
        HostPolicy owner;
        try {
            owner = policy.current();
        } catch (PolicyUnusable e) {
            return new Withheld("PolicyUnusable", String.valueOf(e.getMessage()));
        }
        var refusals = owner.refusals(set);
        if (!refusals.isEmpty()) {
            var words = refusals.stream().map(Object::toString).collect(Collectors.joining("; "));
            return new Withheld("Denied", words);
        }
        var unknown = unknownOwners(set.content().filesOrEmpty());
        if (!unknown.isEmpty()) {
            return new Withheld(
                    "UnknownOwner",
                    String.join("; ", unknown) + "; declare them in a sysusers.d file of the set or create them");
        }
        for (var path : paths(set)) {
            try {
                files.check(path);
            } catch (WriteFailed e) {
                return new Withheld(e.reason(), String.valueOf(e.getMessage()));
            }
        }
        return null;
    }

    /// Null when every artifact of the set is here.
    private @Nullable Withheld fetching(DesiredSet set) throws FetchFailed, InterruptedException {
        try {
            return downloads
                    .fetch(set.content().artifactsOrEmpty(), policy.current().artifacts())
                    .map(what -> new Withheld("Fetching", what))
                    .orElse(null);
        } catch (PolicyUnusable e) {
            throw new FetchFailed("PolicyUnusable", String.valueOf(e.getMessage()), e);
        }
    }

    private static List<String> unknownOwners(List<ManagedFile> files) {
        var declared = Accounts.Declared.of(files);
        return files.stream()
                .flatMap(file -> {
                    var owner = file.owner();
                    var group = file.group();
                    return Stream.of(
                            owner == null || declared.users().contains(owner) || Accounts.userExists(owner)
                                    ? ""
                                    : file.path() + ": no user " + owner,
                            group == null || declared.groups().contains(group) || Accounts.groupExists(group)
                                    ? ""
                                    : file.path() + ": no group " + group);
                })
                .filter(words -> !words.isEmpty())
                .toList();
    }

    private static List<String> paths(DesiredSet set) {
        var content = set.content();
        return Stream.of(
                        content.filesOrEmpty().stream().map(ManagedFile::path),
                        content.artifactsOrEmpty().stream().map(artifact -> artifact.path()),
                        content.unitsOrEmpty().stream()
                                .flatMap(unit -> Stream.concat(
                                        Stream.of("/etc/systemd/system/" + unit.name()),
                                        unit.dropInsOrEmpty().keySet().stream()
                                                .map(name -> "/etc/systemd/system/" + unit.name() + ".d/" + name))))
                .flatMap(each -> each)
                .toList();
    }
}
