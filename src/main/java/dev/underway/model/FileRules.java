package dev.underway.model;

import dev.underway.model.UnitSetSpec.Artifact;
import dev.underway.model.UnitSetSpec.ManagedFile;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Artifacts and files: where they go, where they come from, and that no two of them want one place.
final class FileRules {
    /// Names of users and groups that useradd and systemd-sysusers take.
    private static final Pattern ACCOUNT = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*\\$?");

    private FileRules() {}

    static void check(UnitSetSpec spec, Findings findings) {
        var claims = new HashMap<String, String>();
        int index = 0;
        for (var artifact : spec.artifactsOrEmpty()) {
            var field = "spec.artifacts[" + index++ + "]";
            url(artifact).ifPresent(m -> findings.invalid(field + ".url", m));
            claim(field, artifact.path(), "the artifact " + artifact.name(), claims, findings);
        }
        index = 0;
        for (var file : spec.filesOrEmpty()) {
            var field = "spec.files[" + index++ + "]";
            claim(field, file.path(), "the file " + file.path(), claims, findings);
            content(field, file, findings);
            account(field + ".owner", file.owner(), findings);
            account(field + ".group", file.group(), findings);
        }
        overlaps(spec, claims, findings);
    }

    private static void claim(
            String field, String path, String claimant, Map<String, String> claims, Findings findings) {
        PathRules.writable(path).ifPresent(m -> findings.invalid(field + ".path", m));
        var earlier = claims.putIfAbsent(path, claimant);
        if (earlier != null && !earlier.equals(claimant)) {
            findings.duplicate(field + ".path", Names.quoted(path) + " belongs to " + earlier + " already");
        }
    }

    /// An artifact's path is a symlink and a file's path is no directory: nothing can lie below either.
    private static void overlaps(UnitSetSpec spec, Map<String, String> claims, Findings findings) {
        for (int i = 0; i < spec.artifactsOrEmpty().size(); i++) {
            overlap(
                    "spec.artifacts[" + i + "].path",
                    spec.artifactsOrEmpty().get(i).path(),
                    claims,
                    findings);
        }
        for (int i = 0; i < spec.filesOrEmpty().size(); i++) {
            overlap("spec.files[" + i + "].path", spec.filesOrEmpty().get(i).path(), claims, findings);
        }
    }

    private static void overlap(String field, String path, Map<String, String> claims, Findings findings) {
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            var above = path.substring(0, slash);
            if (claims.containsKey(above)) {
                findings.invalid(
                        field,
                        Names.quoted(path) + " is inside " + above + ", which is " + claims.get(above)
                                + " of this set; choose a path beside it");
            }
        }
    }

    private static void content(String field, ManagedFile file, Findings findings) {
        if (file.content() == null && file.contentBase64() == null) {
            findings.required(
                    field + ".content", "is required, or contentBase64; an empty file is written as content: \"\"");
        } else if (file.content() != null && file.contentBase64() != null) {
            findings.invalid(field + ".contentBase64", "stands beside content; keep one of them");
        } else if (file.contentBase64() != null && decoded(file.contentBase64()).isEmpty()) {
            findings.invalid(field + ".contentBase64", "is not base64; write it on one line, as base64 -w0 prints it");
        }
    }

    /// The bytes, or nothing when the text is not base64 on one line.
    static Optional<byte[]> decoded(String base64) {
        try {
            return Optional.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static void account(String field, @Nullable String name, Findings findings) {
        if (name != null && !ACCOUNT.matcher(name).matches()) {
            findings.invalid(
                    field, Names.quoted(name) + " is not the name of a user or group; write one such as www-data");
        }
    }

    private static Optional<String> url(Artifact artifact) {
        URI url;
        try {
            url = new URI(artifact.url());
        } catch (URISyntaxException e) {
            return Optional.of(Names.quoted(artifact.url()) + " is not a URL: " + e.getReason());
        }
        if (url.getScheme() == null) {
            return Optional.of(
                    Names.quoted(artifact.url()) + " has no scheme; begin it with https://, http:// or file://");
        }
        if (url.getRawUserInfo() != null) {
            return Optional.of("holds a user name or password, which everybody who reads the set would see; remove it");
        }
        return switch (url.getScheme()) {
            case "https", "http" ->
                url.getHost() == null
                        ? Optional.of(Names.quoted(artifact.url()) + " names no host, such as https://example.com/…")
                        : Optional.empty();
            case "file" ->
                url.getAuthority() != null
                                || url.getPath() == null
                                || PathRules.wellFormed(url.getPath()).isPresent()
                        ? Optional.of(Names.quoted(artifact.url())
                                + " must name an absolute path of the host, such as file:///srv/artifacts/app.tar.gz")
                        : Optional.empty();
            default -> Optional.of(url.getScheme() + " is no scheme that the agent fetches; use https, http or file");
        };
    }
}
