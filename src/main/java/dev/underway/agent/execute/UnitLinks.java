package dev.underway.agent.execute;

import dev.underway.agent.execute.AliasGuard.Unsafe;
import dev.underway.agent.host.HostRoot;
import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.PathChange.Link;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/// The names of units that are symlinks to others (systemd.unit(5)), as they are on the disk at this moment: systemd
/// reads all of them anew, whoever made them and whatever set they are of.
final class UnitLinks {
    private static final String DIRECTORY = "/etc/systemd/system/";

    private final HostRoot root;

    UnitLinks(HostRoot root) {
        this.root = root;
    }

    /// By name, the unit that it stands for.
    Map<String, String> onDisk() throws Unsafe {
        var links = new TreeMap<String, String>();
        try (var files = Files.newDirectoryStream(root.resolve(DIRECTORY), Files::isSymbolicLink)) {
            for (Path file : files) {
                add(links, file.getFileName().toString(), target(file));
            }
        } catch (NoSuchFileException e) {
            // there are none
        } catch (IOException | DirectoryIteratorException e) {
            throw new Unsafe(Map.of(), DIRECTORY + " cannot be read, so nobody knows what a daemon-reload does: " + e);
        }
        return followed(links);
    }

    /// The same once `changes` are made.
    Map<String, String> after(Collection<PathChange> changes) throws Unsafe {
        var links = new TreeMap<>(onDisk());
        for (var change : changes) {
            String name = change.path().substring(change.path().lastIndexOf('/') + 1);
            if (!change.path().equals(DIRECTORY + name)) {
                continue;
            }
            links.remove(name);
            if (change instanceof Link link) {
                add(links, name, link.target());
            }
        }
        return followed(links);
    }

    /// A link to a file of its own name is no other name, and one to nothing (a mask) neither.
    private static void add(Map<String, String> links, String name, String target) {
        String unit = target.substring(target.lastIndexOf('/') + 1);
        boolean isAlias = UnitName.valid(name)
                && UnitName.valid(unit)
                && !UnitName.isTemplate(name)
                && !UnitName.isTemplate(unit)
                && !unit.equals(name);
        if (isAlias) {
            links.put(name, unit);
        }
    }

    private static Map<String, String> followed(Map<String, String> links) {
        var followed = new TreeMap<String, String>();
        links.forEach((name, target) -> {
            String end = target;
            for (int i = 0; i < links.size() && links.containsKey(end); i++) {
                end = links.getOrDefault(end, end);
            }
            followed.put(name, end);
        });
        return followed;
    }

    private static String target(Path link) throws IOException {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (NoSuchFileException e) {
            return ""; // removed meanwhile
        }
    }
}
