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
    private static final String DIRECTORIES = "dDevqQ";

    /// Types that change what is below their path as well; `D` removes it.
    private static final String RECURSIVE = "RZTHACD";

    /// Types that put something in the place of a whole directory when a plus sign follows.
    private static final String REPLACING = "Lpcb";

    private static final Pattern TYPE = Pattern.compile("[A-Za-z][-+!~^$?]*");
    private static final Pattern MODE = Pattern.compile("[~:]*0*([0-7]{1,4})");

    /// Quotes count around a whole word only; anywhere else they stay, and [#plain] does not take them.
    private static final Pattern WORD = Pattern.compile("\"[^\"]*\"(?=[ \\t]|$)|'[^']*'(?=[ \\t]|$)|[^ \\t]+");

    private static final int WORDS_OF_TMPFILES = 6;
    private static final int WORDS_OF_SYSUSERS = 3;

    /// What a tmpfiles.d line acts on.
    ///
    /// @param type as the line says it
    record Declared(String type, String path, Reach reach) {}

    /// How far an action goes.
    enum Reach {
        ITS_PATH,
        ALL_BELOW
    }

    private Declarations() {}

    static boolean isSysusers(String path) {
        return path.endsWith(".conf") && path.contains("/sysusers.d/");
    }

    static boolean isTmpfiles(String path) {
        return path.endsWith(".conf") && path.contains("/tmpfiles.d/");
    }

    /// The path of every line of a tmpfiles.d file.
    static List<Declared> tmpfilesPaths(ManagedFile file) {
        return lines(file).stream()
                .filter(words -> words.size() > 1)
                .map(words -> new Declared(words.getFirst(), words.get(1), reach(words)))
                .toList();
    }

    /// With an age, a directory is emptied of what is older.
    private static Reach reach(List<String> words) {
        var type = words.getFirst();
        var letter = type.isEmpty() ? "" : type.substring(0, 1);
        var age = words.size() > 5 ? words.get(5) : "-";
        return RECURSIVE.contains(letter)
                        || (REPLACING.contains(letter) && type.contains("+"))
                        || (DIRECTORIES.contains(letter) && !age.equals("-"))
                ? Reach.ALL_BELOW
                : Reach.ITS_PATH;
    }

    /// Lines that this check may read otherwise than systemd does, and modes that would make a program which
    /// runs with the rights of its owner or group. A directory may be set-group-id: what is made in it
    /// belongs to its group.
    static List<Refusal> tmpfilesRefusals(ManagedFile file) {
        var refused = new ArrayList<>(obscure(file, WORDS_OF_TMPFILES));
        for (var words : lines(file)) {
            var type = words.getFirst();
            if (!TYPE.matcher(type).matches()) {
                refused.add(new Refusal(
                        "tmpfiles type " + type,
                        type.contains("=")
                                ? "= removes what is in the way above the path; write the line without it"
                                : "it is not one of tmpfiles.d(5)"));
                continue;
            }
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
            } else if ((bits & 02000) != 0 && DIRECTORIES.indexOf(type.charAt(0)) < 0) {
                refused.add(new Refusal(
                        what, "it would make a set-group-id program; for a directory use a line of type d or e"));
            }
        }
        return refused;
    }

    /// Words among the first `most` of a line that mean something else to systemd than to this check, which
    /// would then check another word; the rest of a line is free text.
    private static List<Refusal> obscure(ManagedFile file, int most) {
        var refused = new ArrayList<Refusal>();
        var name = file.path().substring(file.path().lastIndexOf('/') + 1);
        if (text(file).chars().anyMatch(c -> c < 0x20 && c != '\n' && c != '\t')) {
            refused.add(new Refusal(name, "write it without control characters"));
        }
        for (var words : lines(file)) {
            words.stream()
                    .limit(most)
                    .filter(word -> !plain(word))
                    .map(word -> new Refusal(
                            "the word " + word + " of " + name,
                            "write it without escapes, and with quotes around the whole word or with none"))
                    .forEach(refused::add);
        }
        return refused;
    }

    private static boolean plain(String word) {
        return word.chars().noneMatch(c -> c == '"' || c == '\'' || c == '\\');
    }

    /// Accounts that would be root, or could become it.
    static List<Refusal> sysusersRefusals(ManagedFile file) {
        var refused = new ArrayList<>(obscure(file, WORDS_OF_SYSUSERS));
        for (var words : lines(file)) {
            var type = words.getFirst();
            var name = words.size() > 1 ? words.get(1) : "";
            var third = words.size() > 2 ? words.get(2) : "";
            var group = type.startsWith("u") ? third.substring(third.indexOf(':') + 1) : third;
            if (words.stream().limit(WORDS_OF_SYSUSERS).anyMatch(word -> word.contains("%"))) {
                refused.add(new Refusal("account " + name, "write the line without specifiers"));
            } else if ((type.startsWith("m") || third.contains(":")) && PRIVILEGED.contains(group)) {
                refused.add(new Refusal("membership of " + name + " in " + group, "it is as good as root"));
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
