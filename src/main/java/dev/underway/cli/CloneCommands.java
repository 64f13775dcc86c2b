package dev.underway.cli;

import dev.underway.model.GitSourceSpec;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The commands that a person needs to work with a repository that the server hosts, ready for a shell. Pure.
///
/// @param authority the PEM file that the server's certificate is checked against; null for git's own CAs
/// @param options of `underway` that name the same server once more
record CloneCommands(
        URI server,
        Subject source,
        GitSourceSpec spec,
        @Nullable Path authority,
        List<String> options) {
    private static final String BRANCHES = "refs/heads/";
    private static final Pattern PLAIN = Pattern.compile("[-\\w./:@%+=,]+");

    /// The empty helper keeps git from handing the token to the helpers of the person's own configuration,
    /// which would write it down.
    String text() {
        var helper = "!underway git-credential"
                + options.stream().map(option -> " " + quoted(option)).collect(Collectors.joining());
        var ref = spec.ref();
        var branch = ref.startsWith(BRANCHES) ? ref.substring(BRANCHES.length()) : ref;
        return "git clone"
                + (authority == null ? "" : " -c http.sslCAInfo=" + quoted(authority.toString()))
                + " -c credential.helper= -c credential.helper=" + quoted(helper)
                + " " + quoted(server + "/git/" + source.namespace() + "/" + source.name() + ".git")
                + "\n# and when something is committed:\n"
                + "git -C " + quoted(source.name()) + " push origin " + quoted("HEAD:" + branch) + "\n";
    }

    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
