package dev.underway.plan;

import dev.underway.model.Glob;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.model.unitfile.UnitFile.Assignment;
import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.DesiredPath.ArtifactLink;
import dev.underway.plan.DesiredPath.Content;
import dev.underway.plan.Step.Program;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Which files and artifacts of a set the process of which unit has read, and what makes it take a changed one.
///
/// A path is an input of a unit when the unit's text names it (or a directory it is in), or when the author's
/// `reloadOn` or `restartOn` matches it. If a set has one service (instances of one template count as one),
/// everything that no unit claims is an input of it. Unit files, sysusers.d and tmpfiles.d are inputs of
/// nobody.
///
/// A new process is needed for the program that the service executes, for an artifact that its commands name,
/// for `restartOn`, and for what systemd itself reads at the start (`EnvironmentFile=`, credentials). A reload
/// is enough for `reloadOn`, and for everything else if the unit can reload.
///
/// With `update: Reload` the author says that a reload is all there is, so it must be enough for the program too: the
/// service replaces itself on reload, as nginx, HAProxy and what uses tableflip do. That is not taken on trust, so
/// such an input says which program it is ([Input#program]).
final class UnitInputs {
    /// @param effect RELOAD or NEW_PROCESS
    /// @param program what a reload must have made the service execute anew; null for all that is only read
    record Input(String digest, Effect effect, @Nullable Program program) {}

    private static final Set<String> STARTED = Set.of("ExecStart", "ExecStartPre", "ExecStartPost", "ExecCondition");
    private static final Set<String> COMMAND = Set.of("ExecStart");
    static final Set<String> READ_AT_START = Set.of("EnvironmentFile", "LoadCredential", "LoadCredentialEncrypted");

    /// Where credentials come from, systemd.exec(5).
    static final Set<String> CREDENTIALS = Set.of(
            "LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted", "ImportCredential");

    private static final Pattern DELIMITER = Pattern.compile("[\\s\"'=:,;]+");
    private static final Pattern PREFIX = Pattern.compile("^[-@+!:|]+");

    private UnitInputs() {}

    /// By unit, its inputs by path.
    ///
    /// @param templates of processes that get a connection each; what nobody claims is theirs only where there is
    /// no other service, because they read it anew in any case
    static Map<String, Map<String, Input>> of(
            DesiredSet set, List<DesiredPath> paths, Collection<UnitShape> units, Collection<UnitShape> templates) {
        var inputs = new HashMap<String, Map<String, Input>>();
        var readers = Stream.concat(units.stream(), templates.stream()).toList();
        readers.forEach(reader -> inputs.put(reader.name(), new TreeMap<>()));
        var ofProxies = set.content().unitsOrEmpty().stream()
                .flatMap(unit ->
                        unit.proxy() == null ? Stream.empty() : unit.proxy().services(unit.name()))
                .collect(Collectors.toSet());
        var programs = units.stream().filter(r -> !ofProxies.contains(r.name())).toList();
        var otherwise = programs.stream().anyMatch(UnitShape::isService) ? programs : templates;
        for (var path : paths) {
            String digest = digest(path);
            if (digest == null) {
                continue;
            }
            var claimants = readers.stream()
                    .filter(r -> claims(r, set.policy().unit(r.name()), path.path()))
                    .toList();
            for (var reader : claimants.isEmpty() ? onlyService(otherwise) : claimants) {
                inputs.computeIfAbsent(reader.name(), _ -> new TreeMap<>())
                        .put(path.path(), input(reader, set.policy().unit(reader.name()), path, digest));
            }
        }
        return inputs;
    }

    private static @Nullable String digest(DesiredPath path) {
        return switch (path) {
            case Content c when UnitPaths.needsDaemonReload(c.path()) -> null;
            case Content c when UnitPaths.isSysusers(c.path()) || UnitPaths.isTmpfiles(c.path()) -> null;
            case Content c -> c.source().sha256();
            case ArtifactLink a -> a.sha256();
            case DesiredPath.EnablementLink _,
                    DesiredPath.ProxyTarget _,
                    DesiredPath.InstanceAlias _,
                    DesiredPath.Kept _ -> null;
        };
    }

    private static List<UnitShape> onlyService(Collection<UnitShape> readers) {
        var services = readers.stream().filter(UnitShape::isService).toList();
        boolean one = services.stream()
                        .map(r -> UnitName.template(r.name()))
                        .distinct()
                        .count()
                == 1;
        return one ? services : List.of();
    }

    private static boolean claims(UnitShape reader, UnitPolicy policy, String path) {
        return Glob.anyCovers(orEmpty(policy.reloadOn()), path)
                || Glob.anyCovers(orEmpty(policy.restartOn()), path)
                || (reader.isService() && named(reader).anyMatch(name -> inside(name, path) || inside(path, name)));
    }

    private static Input input(UnitShape reader, UnitPolicy policy, DesiredPath path, String digest) {
        var programs = executed(reader, COMMAND, path);
        boolean replaced = policy.update() == UpdateMode.Reload
                && reader.canReload()
                && !programs.isEmpty()
                && !Glob.anyCovers(orEmpty(policy.restartOn()), path.path())
                && !readAtStart(reader, path);
        return replaced
                ? new Input(digest, Effect.RELOAD, program(reader, policy, path, programs.getFirst()))
                : new Input(digest, effect(reader, policy, path), null);
    }

    private static Effect effect(UnitShape reader, UnitPolicy policy, DesiredPath path) {
        boolean executed = !executed(reader, STARTED, path).isEmpty();
        if (executed || Glob.anyCovers(orEmpty(policy.restartOn()), path.path())) {
            return Effect.NEW_PROCESS;
        }
        if (Glob.anyCovers(orEmpty(policy.reloadOn()), path.path())) {
            return Effect.RELOAD;
        }
        return readAtStart(reader, path) || !reader.canReload() ? Effect.NEW_PROCESS : Effect.RELOAD;
    }

    /// Null for an artifact that a command only speaks of, such as a site that is an argument of nginx, when the author
    /// says that a reload takes it.
    private static @Nullable Program program(UnitShape reader, UnitPolicy policy, DesiredPath path, String named) {
        boolean only = values(reader, COMMAND)
                .flatMap(value -> paths(reader, value).stream().limit(1))
                .noneMatch(program -> inside(path.path(), program));
        if (only && Glob.anyCovers(orEmpty(policy.reloadOn()), path.path())) {
            return null;
        }
        return new Program(
                named,
                path instanceof ArtifactLink a
                        ? a.target() + named.substring(a.path().length())
                        : named);
    }

    /// The programs, and of an artifact whatever else is named, that commands of `keys` take from `path`.
    private static List<String> executed(UnitShape reader, Set<String> keys, DesiredPath path) {
        return values(reader, keys)
                .flatMap(value -> paths(reader, value).stream().limit(path instanceof ArtifactLink ? 64 : 1))
                .filter(program -> inside(path.path(), program))
                .toList();
    }

    private static boolean readAtStart(UnitShape reader, DesiredPath path) {
        return names(values(reader, READ_AT_START), reader, path.path());
    }

    /// Whether all that is known to read it is systemd, to pass it on as a credential, and the author says nothing
    /// else.
    static boolean isCredential(UnitShape reader, UnitPolicy policy, String path) {
        return names(values(reader, CREDENTIALS), reader, path)
                && !names(valuesBeside(reader, CREDENTIALS), reader, path)
                && !Glob.anyCovers(orEmpty(policy.restartOn()), path)
                && !Glob.anyCovers(orEmpty(policy.reloadOn()), path);
    }

    private static boolean names(Stream<String> values, UnitShape reader, String path) {
        return values.flatMap(value -> paths(reader, value).stream())
                .anyMatch(name -> inside(path, name) || inside(name, path));
    }

    private static Stream<String> values(UnitShape reader, Set<String> keys) {
        return keys.stream().flatMap(key -> reader.file().values("Service", key).stream());
    }

    private static Stream<String> valuesBeside(UnitShape reader, Set<String> keys) {
        return reader.file().assignments().stream()
                .filter(a -> a.section().equals("Service") && !keys.contains(a.key()))
                .map(Assignment::value);
    }

    private static Stream<String> named(UnitShape reader) {
        return valuesBeside(reader, Set.of()).flatMap(value -> paths(reader, value).stream());
    }

    /// The absolute paths in a value. A directory of the root, such as `/etc`, names nothing in particular.
    private static List<String> paths(UnitShape reader, String value) {
        var found = new ArrayList<String>();
        for (String word : DELIMITER.split(Specifiers.expand(value, reader.name()))) {
            String path = PREFIX.matcher(word).replaceFirst("");
            String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
            if (trimmed.startsWith("/") && !trimmed.startsWith("//") && trimmed.indexOf('/', 1) > 0) {
                found.add(trimmed);
            }
        }
        return found;
    }

    private static boolean inside(String directory, String path) {
        return path.equals(directory) || path.startsWith(directory + "/");
    }

    static List<String> orEmpty(@Nullable List<String> list) {
        return list == null ? List.of() : list;
    }
}
