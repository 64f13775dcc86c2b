package dev.underway.plan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// The rows of `directive-effects.txt`, which says what they are, as units of a host.
final class DirectiveEffects {
    /// How a row is tried: by the words of `directive-effects.sh` with these names.
    enum Trial {
        /// Beside an unchanged unit that the same is done to.
        TRIAL,
        /// The same, one unit after the other and after all other trials.
        TRIAL_ALONE,
        /// On a changed unit alone, before and after the step that it takes.
        TRIAL_NEW;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final List<Example> ALL = read();

    private DirectiveEffects() {}

    static List<Example> all() {
        return ALL;
    }

    static String resource(String name) {
        try (var in = DirectiveEffects.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Example> read() {
        var examples = new ArrayList<Example>();
        for (String line : resource("directive-effects.txt").lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            var cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
            for (String directive : cells.get(1).split(" ")) {
                if (cells.getFirst().equals("Test")) {
                    examples.add(example(examples.size(), "Unit", "Condition" + directive, cells, "inactive, done"));
                    examples.add(example(examples.size(), "Unit", "Assert" + directive, cells, "inactive, refused"));
                } else {
                    var section = cells.getFirst().replaceFirst("^(New|Shown|Last) ", "");
                    examples.add(example(examples.size(), section, directive, cells, cells.get(8)));
                }
            }
        }
        return List.copyOf(examples);
    }

    private static Example example(int number, String section, String directive, List<String> cells, String after) {
        var trial =
                switch (cells.getFirst().split(" ")[0]) {
                    case "New" -> Trial.TRIAL_NEW;
                    case "Last" -> Trial.TRIAL_ALONE;
                    default -> Trial.TRIAL;
                };
        return new Example("c" + number, section, directive, trial, cells, after);
    }

    /// One directive that is changed on one unit and not on the other.
    ///
    /// @param name of the two units but for their last letter, `a` for the one that stays as it was, and their type
    /// @param cells of the row
    /// @param after what is seen of the changed one
    record Example(String name, String section, String directive, Trial trial, List<String> cells, String after) {
        /// Whether systemd shows it, and no more is seen of it.
        boolean isShown() {
            return cells.getFirst().startsWith("Shown ");
        }

        String before() {
            return cells.get(7);
        }

        String done() {
            return cells.get(5);
        }

        String look() {
            return cells.get(6);
        }

        String type() {
            return section.equals("Unit") ? "service" : section.toLowerCase(Locale.ROOT);
        }

        /// @param which `a` or `b`
        String unit(String which) {
            return (section.equals("Mount") ? "mnt-" : "") + name + which + "." + type();
        }

        /// What the unit says at first.
        String text(String which) {
            return text(which, cells.get(3));
        }

        /// What it says when it has changed.
        String changed(String which) {
            return text(which, cells.get(4));
        }

        private String text(String which, String value) {
            var lines = new ArrayList<String>();
            var also = cells.get(2).isEmpty()
                    ? Stream.<String>empty()
                    : Arrays.stream(cells.get(2).split(";"));
            String header = "[" + own() + "]\n";
            also.forEach(line -> lines.add(line.startsWith("[") ? line.replaceFirst("]", "]\n") : header + line));
            if (!value.isEmpty()) {
                lines.add("[" + section + "]\n" + directive + "=" + value);
            }
            for (String line : base(which)) {
                String key = line.substring(0, line.indexOf('=') + 1);
                boolean said = lines.stream().anyMatch(l -> l.startsWith(header + key));
                if (!said || key.equals("ListenStream=")) {
                    lines.add(header + line);
                }
            }
            return String.join("\n", lines)
                            .replace("PEER", "p" + name + which + ".service")
                            .replace("STRANGER", "q" + name + which + ".service")
                            .replace("TARGET", "t" + name + which + ".service")
                            .replace("NAME", name + which)
                    + "\n";
        }

        private String own() {
            return section.equals("Unit") ? "Service" : section;
        }

        private List<String> base(String which) {
            boolean accepts = cells.get(2).contains("Accept=yes");
            String starts = directive.equals("Unit") || directive.equals("Service") ? "" : "TARGET";
            return switch (section) {
                case "Unit", "Service" -> List.of("ExecStart=/bin/sleep infinity");
                case "Socket" ->
                    accepts || starts.isEmpty() ? List.of(address(which)) : List.of(address(which), "Service=TARGET");
                case "Timer" ->
                    starts.isEmpty() ? List.of("AccuracySec=1ms") : List.of("AccuracySec=1ms", "Unit=TARGET");
                case "Path" -> starts.isEmpty() ? List.of() : List.of("Unit=TARGET");
                case "Mount" -> List.of("What=none", "Type=tmpfs", "Where=/mnt/NAME");
                default -> throw new IllegalArgumentException(section);
            };
        }

        private String address(String which) {
            int number = 2 * Integer.parseInt(name.substring(1)) + (which.equals("a") ? 0 : 1);
            return "ListenStream=127.0.0.1:" + (20_000 + number);
        }

        /// Units that the row speaks of beside its own, by name.
        Map<String, String> others(String which) {
            String row = String.join(" ", cells) + String.join(" ", base(which));
            String n = name + which;
            var others = new LinkedHashMap<String, String>();
            if (row.contains("PEER") || row.contains("$p")) {
                others.put("p" + n + ".service", """
                        [Unit]
                        Wants=%s
                        [Service]
                        ExecStart=/bin/sleep infinity
                        ExecReload=/opt/note %%n reloaded
                        ExecStop=/bin/sleep 0.7
                        """.formatted(unit(which)));
            }
            if (row.contains("STRANGER") || row.contains("$q")) {
                others.put("q" + n + ".service", """
                        [Unit]
                        AllowIsolate=yes
                        Wants=w%s.service
                        [Service]
                        ExecStart=/bin/sleep infinity
                        """.formatted(n));
                others.put("w" + n + ".service", "[Service]\nExecStart=/bin/sleep infinity\n");
            }
            if (row.contains("TARGET")) {
                others.put("t" + n + ".service", """
                        [Unit]
                        StartLimitIntervalSec=0
                        [Service]
                        ExecStart=/bin/sh -c 'echo started >>/run/noted/%n; exec sleep 0.2'
                        """);
            }
            if (row.contains("Accept=yes")) {
                others.put(n + "@.service", "[Service]\nExecStart=/bin/sleep 30\nStandardInput=socket\n");
            }
            if (row.contains("/mnt/NAME") && !section.equals("Mount")) {
                others.put("mnt-" + n + ".mount", "[Mount]\nWhat=none\nType=tmpfs\nWhere=/mnt/" + n + "\n");
            }
            return others;
        }

        /// The unit that runs beside it, when the row speaks of one.
        Optional<String> peer(String which) {
            String peer = "p" + name + which + ".service";
            return Optional.of(peer).filter(others(which)::containsKey);
        }

        @Override
        public String toString() {
            return "[%s] %s".formatted(section, directive);
        }
    }
}
