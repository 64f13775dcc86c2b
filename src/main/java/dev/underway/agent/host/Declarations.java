package dev.underway.agent.host;

import dev.underway.agent.host.HostPolicy.Refusal;
import dev.underway.model.UnitSetSpec.ManagedFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// What sysusers.d(5) and tmpfiles.d(5) files of a set would do as root, so that the host's policy holds for it too.
final class Declarations {
    /// Groups whose members can become root.
    private static final Set<String> PRIVILEGED = Set.of(
            "root", "sudo", "wheel", "admin", "adm", "shadow", "disk", "kmem", "docker", "lxd", "systemd-journal");

    /// Types of tmpfiles.d lines that touch nothing but directories.
    private static final Set<Character> DIRECTORIES = Set.of('d', 'D', 'e', 'v', 'q', 'Q');

    private static final Pattern MODE = Pattern.compile("[~:]*0*([0-7]{1,4})");
    private static final Pattern WORD = Pattern.compile("\"[^\"]*\"|'[^']*'|\\S+");

    private Declarations() {}

    static boolean isSysusers(String path) {
        return path.endsWith(".conf") && path.contains("/sysusers.d/");
    }

    static boolean isTmpfiles(String path) {
        return path.endsWith(".conf") && path.contains("/tmpfiles.d/");
    }

    /// The second word of every line of a tmpfiles.d file: the path that it acts on.
    static List<String> tmpfilesPaths(ManagedFile file) {
        return lines(file).stream()
                .filter(words -> words.size() > 1)
                .map(words -> words.get(1))
                .toList();
    }

    /// Modes that would make a program which runs with the rights of its owner or group. A directory may be
    /// set-group-id:
    /// what is made in it belongs to its group.
    static List<Refusal> tmpfilesRefusals(ManagedFile file) {
        var refused = new ArrayList<Refusal>();
        for (var words : lines(file)) {
            var mode = words.size() > 2 ? words.get(2) : "-";
            if (mode.equals("-")) {
                continue;
            }
            var what = "mode " + mode + " of tmpfiles path " + words.get(1);
            var digits = MODE.matcher(mode);
            if (!digits.matches()) {
                refused.add(new Refusal(what, "write it in octal digits"));
                continue;
            }
            int bits = Integer.parseInt(digits.group(1), 8);
            if ((bits & 04000) != 0) {
                refused.add(new Refusal(what, "it would make a set-user-id program"));
            } else if ((bits & 02000) != 0
                    && !DIRECTORIES.contains(words.getFirst().charAt(0))) {
                refused.add(new Refusal(
                        what, "it would make a set-group-id program; for a directory use a line of type d or e"));
            }
        }
        return refused;
    }

    /// Accounts that would be root, or could become it.
    static List<Refusal> sysusersRefusals(ManagedFile file) {
        var refused = new ArrayList<Refusal>();
        for (var words : lines(file)) {
            var type = words.getFirst();
            var name = words.size() > 1 ? words.get(1) : "";
            var third = words.size() > 2 ? words.get(2) : "";
            if (type.startsWith("m") && PRIVILEGED.contains(third)) {
                refused.add(new Refusal("membership of " + name + " in " + third, "it is as good as root"));
            } else if ((type.startsWith("u") || type.startsWith("g")) && third.matches("0+(:.*)?|.*:0+|/.*")) {
                refused.add(new Refusal("account " + name + " with id " + third, "0 is root; write - or a number"));
            }
        }
        return refused;
    }

    static List<List<String>> lines(ManagedFile file) {
        return text(file)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(line -> WORD.matcher(line)
                        .results()
                        .map(word -> unquoted(word.group()))
                        .toList())
                .toList();
    }

    private static String unquoted(String word) {
        boolean quoted = word.length() > 1 && (word.startsWith("\"") || word.startsWith("'"));
        return quoted ? word.substring(1, word.length() - 1) : word;
    }

    private static String text(ManagedFile file) {
        if (file.content() != null) {
            return file.content();
        }
        try {
            var bytes = Base64.getDecoder().decode(file.contentBase64() == null ? "" : file.contentBase64());
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
