package dev.underway.agent.host;

import dev.underway.agent.host.Declarations.Declared;
import dev.underway.agent.host.Declarations.Reach;
import dev.underway.model.Glob;
import dev.underway.model.UnitSetSpec.Artifact;
import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Desired.DesiredSet;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The host owner's word about what may be done here; read from `/etc/underway/agent.yaml` and never writable from the
/// server. A compromised server is root within this policy and no further.
///
/// Denials win over permissions, and [BuiltInDenials] win over both.
///
/// @param fileUrls the one directory that `file:` URLs of artifacts may point into; null refuses them
public record HostPolicy(Rules paths, Rules units, @Nullable Path fileUrls, ArtifactBounds artifacts) {

    /// What holds where the owner wrote nothing: everything but the built-in denials, and no `file:` URLs.
    public static final HostPolicy DEFAULT =
            new HostPolicy(Rules.EVERYTHING, Rules.EVERYTHING, null, ArtifactBounds.DEFAULT);

    private static final Pattern WILD = Pattern.compile("[*?\\[]");

    /// Patterns of one sort of name. A null `allow` allows whatever is not denied.
    public record Rules(@Nullable List<String> allow, List<String> deny) {
        static final Rules EVERYTHING = new Rules(null, List.of());
    }

    /// What one artifact may cost. `entries` are files, directories and links of an archive.
    public record ArtifactBounds(long downloadBytes, long unpackedBytes, int entries) {
        static final ArtifactBounds DEFAULT = new ArtifactBounds(2L << 30, 8L << 30, 200_000);
    }

    /// One thing of a set that this host does not allow. Prints as a sentence that names it and the rule.
    public record Refusal(String what, String why) {
        @Override
        public String toString() {
            return what + " is refused on this host: " + why;
        }
    }

    /// Everything in `set` that this host refuses; empty when it may be applied.
    public List<Refusal> refusals(DesiredSet set) {
        var refused = new ArrayList<Refusal>();
        var content = set.content();
        for (var file : content.filesOrEmpty()) {
            checkPath(file.path(), refused);
            if (Declarations.isTmpfiles(file.path())) {
                Declarations.tmpfilesPaths(file).forEach(declared -> checkDeclared(declared, refused));
                refused.addAll(Declarations.tmpfilesRefusals(file));
            } else if (Declarations.isSysusers(file.path())) {
                refused.addAll(Declarations.sysusersRefusals(file));
            }
        }
        for (var artifact : content.artifactsOrEmpty()) {
            checkPath(artifact.path(), refused);
            checkUrl(artifact, refused);
        }
        for (var unit : content.unitsOrEmpty()) {
            checkName("unit", unit.name(), units, BuiltInDenials.UNITS, refused);
            if (!UnitName.valid(unit.name())) {
                refused.add(new Refusal("unit " + unit.name(), "it is not a unit name"));
            }
            unit.dropInsOrEmpty().keySet().stream()
                    .filter(name -> name.contains("/") || name.startsWith("."))
                    .forEach(name -> refused.add(new Refusal("drop-in " + name, "it is not a file name")));
            Stream.concat(Stream.ofNullable(unit.content()), unit.dropInsOrEmpty().values().stream())
                    .flatMap(text -> installNames(text).stream())
                    .distinct()
                    .forEach(alias -> checkAlias(alias, refused));
        }
        return List.copyOf(refused);
    }

    private void checkPath(String path, List<Refusal> refused) {
        if (!plain(path)) {
            refused.add(new Refusal("path " + path, "it is not an absolute path without . and .."));
        } else {
            checkName("path", path, paths, BuiltInDenials.PATHS, refused);
        }
    }

    /// The path of a tmpfiles.d line; one that an escape, a specifier or braces hide from this check is
    /// refused. A pattern (glob(7)) means everything in the directory that it begins with.
    private void checkDeclared(Declared declared, List<Refusal> refused) {
        var written = declared.path();
        var path = written.length() > 1 && written.endsWith("/") ? written.substring(0, written.length() - 1) : written;
        var wild = WILD.matcher(path);
        if (written.contains("\\") || written.contains("%") || written.contains("{")) {
            refused.add(new Refusal("tmpfiles path " + written, "write it without escapes, specifiers and braces"));
        } else if (!plain(path)) {
            checkPath(path, refused);
        } else if (wild.find()) {
            checkBelow(path.substring(0, path.lastIndexOf('/', wild.start())), declared, refused);
        } else {
            int before = refused.size();
            checkPath(path, refused);
            if (declared.reach() == Reach.ALL_BELOW && refused.size() == before) {
                checkBelow(path, declared, refused);
            }
        }
    }

    /// Everything below `directory`, which is empty for the root.
    private void checkBelow(String directory, Declared declared, List<Refusal> refused) {
        var what = "type " + declared.type() + " of tmpfiles path " + declared.path();
        var denied = Stream.concat(
                        BuiltInDenials.PATHS.stream(), paths.deny().stream().map(Glob::of))
                .filter(glob -> glob.matchesBelow(directory))
                .findFirst();
        var allow = paths.allow();
        if (denied.isPresent()) {
            refused.add(new Refusal(what, "it reaches what " + denied.get().text() + " denies"));
        } else if (allow != null && allow.stream().noneMatch(a -> Glob.of(a).matchesAllBelow(directory))) {
            refused.add(new Refusal(
                    what, "no pattern of allow.paths in agent.yaml has all below " + directory + ", which it reaches"));
        }
    }

    private void checkUrl(Artifact artifact, List<Refusal> refused) {
        if (!artifact.url().startsWith("file:")) {
            return;
        }
        if (fileUrls == null) {
            refused.add(new Refusal(artifact.url(), "fileUrls is not set in agent.yaml"));
            return;
        }
        Path file;
        try {
            file = Path.of(URI.create(artifact.url()));
        } catch (IllegalArgumentException e) {
            refused.add(new Refusal(artifact.url(), "it is not a file URL such as file:///srv/web.tar.gz"));
            return;
        }
        if (!file.equals(file.normalize()) || !file.startsWith(fileUrls)) {
            refused.add(new Refusal(artifact.url(), "only files below " + fileUrls + " may be used"));
        }
    }

    private void checkAlias(String alias, List<Refusal> refused) {
        if (alias.contains("%")) {
            refused.add(new Refusal("Alias=" + alias, "write the name without specifiers"));
        } else {
            checkName("unit", alias, units, BuiltInDenials.UNITS, refused);
        }
    }

    private static void checkName(String sort, String name, Rules rules, List<Glob> builtIn, List<Refusal> refused) {
        for (var glob : builtIn) {
            if (glob.matches(name)) {
                refused.add(new Refusal(sort + " " + name, "the built-in rule " + glob.text() + " denies it"));
                return;
            }
        }
        for (var denied : rules.deny()) {
            if (Glob.of(denied).matches(name)) {
                refused.add(new Refusal(sort + " " + name, "deny." + sort + "s of agent.yaml has " + denied));
                return;
            }
        }
        var allow = rules.allow();
        if (allow != null && allow.stream().noneMatch(a -> Glob.of(a).matches(name))) {
            refused.add(new Refusal(sort + " " + name, "no pattern of allow." + sort + "s in agent.yaml matches it"));
        }
    }

    /// Other names that a text of the unit would give it. One that does not parse has none: it is refused elsewhere.
    private static List<String> installNames(String text) {
        try {
            var file = UnitFile.parse(text);
            return file.values("Install", "Alias").stream()
                    .flatMap(value -> Stream.of(value.trim().split("\\s+")))
                    .filter(name -> !name.isEmpty())
                    .toList();
        } catch (UnitFileException e) {
            return List.of();
        }
    }

    private static boolean plain(String path) {
        return path.startsWith("/")
                && path.length() > 1
                && path.chars().noneMatch(c -> c < 0x20)
                && Path.of(path).normalize().toString().equals(path);
    }
}
