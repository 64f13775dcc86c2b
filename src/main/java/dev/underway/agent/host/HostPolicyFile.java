package dev.underway.agent.host;

import dev.underway.agent.host.HostPolicy.ArtifactBounds;
import dev.underway.agent.host.HostPolicy.Rules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads [HostPolicy] from YAML:
///
/// ```yaml
/// allow: {paths: [/etc/web/**, /opt/web], units: [web*.service, web*.socket]}   # absent: whatever is not denied
/// deny: {paths: [/etc/web/secret/**], units: []}
/// fileUrls: /srv/artifacts                                                       # absent: no file: URLs
/// artifacts: {maxDownloadMiB: 2048, maxUnpackedMiB: 8192, maxEntries: 200000}
/// ```
///
/// A word that it does not know is an error: a misspelt `deny` must not allow everything.
public final class HostPolicyFile {
    private static final int MAX_BYTES = 1 << 20;

    private HostPolicyFile() {}

    /// The owner's file cannot be used; nothing may be applied until it is repaired.
    public static final class PolicyUnusable extends Exception {
        private static final long serialVersionUID = 1;

        PolicyUnusable(Path file, String why) {
            super(file + " cannot be used: " + why);
        }
    }

    /// The policy in `file`, or [HostPolicy#DEFAULT] when there is no such file. A file that another user than root
    /// could have written is refused.
    public static HostPolicy read(Path file) throws PolicyUnusable {
        try {
            var stat = Files.readAttributes(file, "unix:mode,uid,size", LinkOption.NOFOLLOW_LINKS);
            if (!(stat.get("mode") instanceof Integer mode) || (mode & 0170000) != 0100000) {
                throw new PolicyUnusable(file, "it is not a regular file");
            }
            if (!Integer.valueOf(0).equals(stat.get("uid")) || (mode & 022) != 0) {
                throw new PolicyUnusable(file, "it must belong to root and be writable by root alone (chmod 0644)");
            }
            if (stat.get("size") instanceof Long size && size > MAX_BYTES) {
                throw new PolicyUnusable(file, "it is larger than 1 MiB");
            }
            return parse(file, Files.readString(file, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return HostPolicy.DEFAULT;
        } catch (IOException e) {
            throw new PolicyUnusable(file, String.valueOf(e.getMessage()));
        }
    }

    private static HostPolicy parse(Path file, String text) throws PolicyUnusable {
        var settings = LoadSettings.builder()
                .setLabel(file.toString())
                .setAllowDuplicateKeys(false)
                .setMaxAliasesForCollections(0)
                .build();
        Object tree;
        try {
            tree = new Load(settings).loadFromString(text);
        } catch (YamlEngineException e) {
            throw new PolicyUnusable(file, String.valueOf(e.getMessage()));
        }
        var reader = new Reader(file);
        var top = reader.mapping("", tree, Set.of("allow", "deny", "fileUrls", "artifacts"));
        var allow = reader.mapping("allow", top.get("allow"), Set.of("paths", "units"));
        var deny = reader.mapping("deny", top.get("deny"), Set.of("paths", "units"));
        var bounds = reader.mapping(
                "artifacts", top.get("artifacts"), Set.of("maxDownloadMiB", "maxUnpackedMiB", "maxEntries"));
        var usual = ArtifactBounds.DEFAULT;
        return new HostPolicy(
                new Rules(
                        reader.patterns("allow.paths", allow.get("paths")),
                        orEmpty(reader.patterns("deny.paths", deny.get("paths")))),
                new Rules(
                        reader.patterns("allow.units", allow.get("units")),
                        orEmpty(reader.patterns("deny.units", deny.get("units")))),
                reader.directory("fileUrls", top.get("fileUrls")),
                new ArtifactBounds(
                        reader.number(
                                        "artifacts.maxDownloadMiB",
                                        bounds.get("maxDownloadMiB"),
                                        usual.downloadBytes() >> 20)
                                << 20,
                        reader.number(
                                        "artifacts.maxUnpackedMiB",
                                        bounds.get("maxUnpackedMiB"),
                                        usual.unpackedBytes() >> 20)
                                << 20,
                        (int) reader.number("artifacts.maxEntries", bounds.get("maxEntries"), usual.entries())));
    }

    private static List<String> orEmpty(@Nullable List<String> list) {
        return list == null ? List.of() : list;
    }

    /// Takes values of a YAML tree, with the field's name in every complaint.
    private record Reader(Path file) {
        Map<?, ?> mapping(String field, @Nullable Object value, Set<String> known) throws PolicyUnusable {
            if (value == null) {
                return Map.of();
            }
            if (!(value instanceof Map<?, ?> map)) {
                throw new PolicyUnusable(file, (field.isEmpty() ? "the file" : field) + " must be a mapping");
            }
            for (var key : map.keySet()) {
                if (!(key instanceof String word) || !known.contains(word)) {
                    var place = field.isEmpty() ? "" : field + ".";
                    throw new PolicyUnusable(
                            file, place + key + " is not a setting; known are " + new TreeSet<>(known));
                }
            }
            return map;
        }

        @Nullable
        List<String> patterns(String field, @Nullable Object value) throws PolicyUnusable {
            if (value == null) {
                return null;
            }
            if (!(value instanceof List<?> list) || !list.stream().allMatch(String.class::isInstance)) {
                throw new PolicyUnusable(file, field + " must be a list of patterns");
            }
            return list.stream().map(String.class::cast).toList();
        }

        @Nullable
        Path directory(String field, @Nullable Object value) throws PolicyUnusable {
            if (value == null) {
                return null;
            }
            if (!(value instanceof String text) || !text.startsWith("/")) {
                throw new PolicyUnusable(file, field + " must be an absolute path");
            }
            return Path.of(text).normalize();
        }

        long number(String field, @Nullable Object value, long otherwise) throws PolicyUnusable {
            if (value == null) {
                return otherwise;
            }
            if (!(value instanceof Integer number) || number < 1) {
                throw new PolicyUnusable(file, field + " must be a number of at least 1");
            }
            return number;
        }
    }
}
