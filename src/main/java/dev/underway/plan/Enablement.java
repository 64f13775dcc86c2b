package dev.underway.plan;

import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitName;
import java.util.ArrayList;
import java.util.List;

/// The links that `systemctl enable` would make of a unit's `[Install]` section: systemd.unit(5). `Also=` makes
/// none, because every unit of a set is enabled by itself. Of the specifiers those of the unit's name are
/// known; a name that holds another one makes no link.
final class Enablement {
    /// One link below [UnitPaths#DIRECTORY]; `target` is relative to the link's directory.
    record Link(String path, String target) {}

    private Enablement() {}

    /// The links of `unit`, whose effective text is `file`. For a template these are those of its
    /// `DefaultInstance=`.
    static List<Link> links(String unit, UnitFile file) {
        String name = unit;
        if (UnitName.isTemplate(unit)) {
            String instance = file.last("Install", "DefaultInstance", "");
            if (instance.isEmpty()) {
                return List.of();
            }
            name = unit.replace("@.", "@" + instance + ".");
        }
        var links = new ArrayList<Link>();
        addAll(links, name, file, "WantedBy", ".wants/");
        addAll(links, name, file, "RequiredBy", ".requires/");
        addAll(links, name, file, "UpheldBy", ".upholds/");
        for (String alias : aliases(name, file)) {
            if (!alias.equals(unit)) {
                links.add(new Link(UnitPaths.DIRECTORY + alias, unit));
            }
        }
        return links;
    }

    /// The other names of `unit`.
    static List<String> aliases(String unit, UnitFile file) {
        return names(unit, file, "Alias");
    }

    private static void addAll(List<Link> links, String unit, UnitFile file, String key, String directory) {
        for (String by : names(unit, file, key)) {
            links.add(new Link(UnitPaths.DIRECTORY + by + directory + unit, "../" + UnitName.template(unit)));
        }
    }

    private static List<String> names(String unit, UnitFile file, String key) {
        return file.values("Install", key).stream()
                .flatMap(value -> List.of(value.strip().split("\\s+")).stream())
                .map(name -> Specifiers.expand(name, unit))
                .filter(UnitName::valid)
                .distinct()
                .toList();
    }
}
