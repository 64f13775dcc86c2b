package dev.underway.testing;

import java.util.stream.Collectors;

/// Makes what kubectl printed comparable: uids, times, ages, resourceVersions and the numbers of namespaces become
/// words, columns get one width, trailing blanks go.
final class Transcript {
    private Transcript() {}

    static String normalised(String text) {
        var plain = text.replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID")
                .replaceAll("\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?( [+]\\d{4}|Z)", "TIME")
                .replaceAll("(resourceVersion\"?: ?)\"\\d+\"", "$1\"N\"")
                .replaceAll("(Resource Version: +)\\d+", "$1N")
                .replaceAll("(?m)(?<=[ \\n])\\d+m?\\d*s(?=[ \\n])", "AGE")
                .replaceAll("shop-\\d+", "shop")
                .replaceAll("/tmp/(LIVE|MERGED)-\\d+/", "$1/")
                .replaceAll("(?m)(?<=\\S)(?<!^[-+]) {2,}", "   ");
        return plain.lines().map(String::stripTrailing).collect(Collectors.joining("\n", "", "\n"));
    }
}
