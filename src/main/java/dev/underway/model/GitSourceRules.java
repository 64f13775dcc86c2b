package dev.underway.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a GitSource may point to.
final class GitSourceRules {
    private static final Duration SHORTEST = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final List<String> SCHEMES = List.of("https", "ssh", "file");

    /// As scp(1) has it, which git takes too: `git@example.com:fleet.git`.
    private static final Pattern SCP = Pattern.compile("[^/:@]+@[^/:]+:.*");

    /// What git-check-ref-format(1) refuses, and what would be an option.
    private static final Pattern NO_REF =
            Pattern.compile(".*(\\.\\.|//|@\\{|[\\p{Cntrl} ~^:?*\\[\\\\]).*|^[-/.].*|.*(\\.lock|[/.])$|.*/\\..*");

    private GitSourceRules() {}

    static void check(GitSourceSpec spec, Findings findings) {
        url(spec.url(), findings);
        if (spec.branch() != null && spec.tag() != null) {
            findings.invalid("spec.tag", "a source follows a branch or a tag, not both; remove one of them");
        }
        ref("spec.branch", spec.branch(), findings);
        ref("spec.tag", spec.tag(), findings);
        path(spec, findings);
        if (spec.interval() != null
                && (spec.interval().compareTo(SHORTEST) < 0 || spec.interval().compareTo(LONGEST) > 0)) {
            findings.invalid("spec.interval", "must be from 10s to 7d");
        }
        if (spec.isHosted()) {
            pulledOnly("spec.interval", spec.interval(), findings);
            pulledOnly("spec.credentials", spec.credentials(), findings);
        }
        keys(spec, findings);
    }

    private static void url(@Nullable String url, Findings findings) {
        if (url == null) {
            return;
        }
        if (SCP.matcher(url).matches()) {
            findings.invalid("spec.url", "write it as a URL: ssh://" + url.replaceFirst(":", "/"));
            return;
        }
        try {
            var uri = new URI(url);
            var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (!SCHEMES.contains(scheme)) {
                findings.invalid(
                        "spec.url",
                        Names.quoted(url) + " must begin with https://, ssh:// or file://, or be left out for a"
                                + " repository on this server");
            } else if (!scheme.equals("file") && uri.getHost() == null) {
                findings.invalid("spec.url", Names.quoted(url) + " names no host");
            } else if (uri.getUserInfo() != null && (uri.getUserInfo().contains(":") || scheme.equals("https"))) {
                findings.invalid(
                        "spec.url",
                        "no secrets in a URL, everybody may read it; put them where the server's operator keeps"
                                + " credentials, and name them in spec.credentials");
            }
        } catch (URISyntaxException e) {
            findings.invalid("spec.url", Names.quoted(url) + " is no URL: " + e.getReason());
        }
    }

    private static void ref(String field, @Nullable String name, Findings findings) {
        if (name != null
                && (name.isEmpty() || name.equals("@") || NO_REF.matcher(name).matches())) {
            findings.invalid(field, Names.quoted(name) + " is no name that git takes, see git-check-ref-format(1)");
        }
    }

    private static void path(GitSourceSpec spec, Findings findings) {
        for (var part : spec.directory().split("/", -1)) {
            if (part.equals("..")
                    || part.equals(".git")
                    || part.chars().anyMatch(c -> c < ' ')
                    || (part.isEmpty() && !spec.directory().isEmpty())) {
                findings.invalid("spec.path", "must be a directory inside the repository, such as fleet/production");
                return;
            }
        }
    }

    private static void pulledOnly(String field, @Nullable Object value, Findings findings) {
        if (value != null) {
            findings.invalid(
                    field,
                    "means nothing for a repository that this server hosts; set spec.url too, or" + " remove it");
        }
    }

    private static void keys(GitSourceSpec spec, Findings findings) {
        if (spec.verify() == null) {
            return;
        }
        if (spec.keys().isEmpty()) {
            findings.required("spec.verify.keys", "names no key, so no commit could ever count");
        }
        var names = new HashSet<String>();
        for (int i = 0; i < spec.keys().size(); i++) {
            var key = spec.keys().get(i);
            var field = "spec.verify.keys[" + i + "]";
            if (!names.add(key.name())) {
                findings.duplicate(field + ".name", Names.quoted(key.name()) + " names an earlier key");
            }
            var text = key.key().strip();
            if (text.contains("PRIVATE KEY")) {
                findings.invalid(
                        field + ".key", "is a private key; replace it, it is known now, and write the public one");
            } else if (!text.startsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----")
                    && !text.matches("(ssh|ecdsa|sk)-[-@.a-z0-9]+ [A-Za-z0-9+/]+=*( .*)?")) {
                findings.invalid(
                        field + ".key",
                        "is neither an armored OpenPGP public key nor a line such as \"ssh-ed25519 AAAA… ann\"");
            }
        }
    }
}
