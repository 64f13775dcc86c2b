package dev.underway.plan;

import dev.underway.model.Defaults;
import dev.underway.model.Digests;
import dev.underway.model.Policy;
import dev.underway.model.Revision;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.DesiredPath.ArtifactLink;
import dev.underway.plan.DesiredPath.Content;
import dev.underway.plan.DesiredPath.EnablementLink;
import dev.underway.plan.DesiredPath.ProxyTarget;
import dev.underway.plan.Step.Source;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// All the paths that a set wants: its files, unit files, drop-ins, artifacts, and the links that enable its
/// units.
final class DesiredPaths {
    private static final int UNIT_MODE = 0644;

    private DesiredPaths() {}

    /// In order of path. `storePaths` says where artifacts lie; one that is missing there gets an empty target.
    static List<DesiredPath> of(DesiredSet set, Map<String, String> storePaths) throws UnitFileException {
        var paths = new TreeMap<String, DesiredPath>();
        for (var file : set.content().filesOrEmpty()) {
            paths.put(file.path(), file(set, file));
        }
        for (var artifact : set.content().artifactsOrEmpty()) {
            String target = storePaths.getOrDefault(artifact.sha256(), "");
            paths.put(artifact.path(), new ArtifactLink(artifact.path(), set.id(), artifact.sha256(), target));
        }
        for (var unit : set.content().unitsOrEmpty()) {
            var policy = set.policy().unit(unit.name());
            boolean adopt = Boolean.TRUE.equals(policy.adopt());
            ownTexts(unit).forEach((path, text) -> paths.put(path, text(set, path, text, adopt)));
            for (var link : enablement(set, unit, policy)) {
                paths.put(link.path(), link);
            }
            var proxy = unit.proxy();
            if (proxy != null && !proxy.ports().isEmpty()) {
                var target = ProxyTarget.of(set.id(), unit.name(), proxy.ports().getFirst());
                paths.put(target.path(), target);
            }
        }
        return List.copyOf(paths.values());
    }

    /// The texts that make up `unit` by path, as far as they are the set's: those of its template count, and
    /// files of the set that lie where systemd looks for a unit file or drop-in of it.
    static SortedMap<String, String> texts(Revision.Content content, Revision.UnitText unit) {
        var texts = ownTexts(unit);
        for (var file : content.filesOrEmpty()) {
            if (file.content() != null && UnitPaths.speaksOf(file.path(), unit.name())) {
                texts.put(file.path(), file.content());
            }
        }
        content.unitsOrEmpty().stream()
                .filter(other -> !other.name().equals(unit.name()))
                .filter(other -> UnitName.isInstance(unit.name())
                        && UnitName.template(unit.name()).equals(other.name()))
                .forEach(template -> ownTexts(template).forEach((path, text) -> {
                    if (unit.content() == null || !path.equals(UnitPaths.unitFile(template.name()))) {
                        texts.put(path, text);
                    }
                }));
        return texts;
    }

    static SortedMap<String, String> ownTexts(Revision.UnitText unit) {
        var texts = new TreeMap<String, String>();
        if (unit.content() != null) {
            texts.put(UnitPaths.unitFile(unit.name()), unit.content());
        }
        unit.dropInsOrEmpty().forEach((file, text) -> texts.put(UnitPaths.dropIn(unit.name(), file), text));
        return texts;
    }

    private static List<EnablementLink> enablement(DesiredSet set, Revision.UnitText unit, Policy.UnitPolicy policy)
            throws UnitFileException {
        var texts = texts(set.content(), unit);
        boolean ours = texts.keySet().stream().anyMatch(path -> UnitPaths.makes(path, unit.name()));
        if (!ours || policy.state() == UnitState.Stopped) {
            return List.of();
        }
        var links = new ArrayList<EnablementLink>();
        for (var link : Enablement.links(unit.name(), EffectiveText.of(texts))) {
            boolean adopt = Boolean.TRUE.equals(policy.adopt());
            links.add(new EnablementLink(link.path(), set.id(), adopt, link.target(), unit.name()));
        }
        return links;
    }

    private static Content file(DesiredSet set, ManagedFile file) {
        byte[] bytes = file.contentBase64() != null
                ? Base64.getDecoder().decode(file.contentBase64())
                : (file.content() == null ? "" : file.content()).getBytes(StandardCharsets.UTF_8);
        return new Content(
                file.path(),
                set.id(),
                Boolean.TRUE.equals(file.adopt())
                        || set.policy().adoptFilesOrEmpty().contains(file.path()),
                new Source(bytes, Digests.sha256(bytes)),
                file.mode() == null ? Defaults.FILE_MODE : Integer.parseInt(file.mode(), 8),
                file.owner() == null ? Defaults.FILE_OWNER : file.owner(),
                file.group() == null ? Defaults.FILE_OWNER : file.group(),
                UnitPaths.needsDaemonReload(file.path()) ? file.content() : null);
    }

    static Content text(DesiredSet set, String path, String text, boolean adopt) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Content(
                path, set.id(), adopt, new Source(bytes, Digests.sha256(bytes)), UNIT_MODE, "root", "root", text);
    }
}
