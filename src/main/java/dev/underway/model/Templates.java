package dev.underway.model;

import dev.underway.model.Revision.Content;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.Unit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Contents that differ from host to host: items that say `template: true` hold [Token]s, and every host has its values
/// put in their place.
///
/// Labels with the agent's prefix and facts come from hosts, and whoever has the credential of one host may report
/// any. So a value must not be able to say more than the author of the template left room for: it holds no line ends
/// and no blanks, quotes, backslashes, `$`, `%`, `` ` ``, `;`, `=`, `#` or brackets, is no way up (`..`), and begins
/// with a letter or digit, so that it is one word wherever it stands: no option, no other argument, command or
/// directive. Nothing is quoted for the author, because only they know the syntax of their files.
///
/// @param files the tokens of files
/// @param units the tokens of unit texts and drop-ins
/// @param present whether any item is a template, with or without tokens
public record Templates(SortedSet<String> files, SortedSet<String> units, boolean present) {
    /// Longest value, in characters: [TemplateRules#MOST_TOKENS] of them stay far below what an agent accepts.
    static final int MAX_VALUE = 256;

    private static final Pattern ALLOWED = Pattern.compile("(?!.*\\.\\.)[A-Za-z0-9][A-Za-z0-9._:/@+,~-]*+");

    /// Stands for every value where a text is checked before any host is known.
    private static final String PLACEHOLDER = "value";

    public static Templates of(Content content) {
        var files = new TreeSet<String>();
        var units = new TreeSet<String>();
        content.filesOrEmpty().stream()
                .filter(ManagedFile::isTemplate)
                .flatMap(file -> Stream.ofNullable(file.content()))
                .forEach(text -> Token.in(text).forEach(token -> files.add(token.name())));
        content.unitsOrEmpty().stream()
                .filter(UnitText::isTemplate)
                .flatMap(unit ->
                        Stream.concat(Stream.ofNullable(unit.content()), unit.dropInsOrEmpty().values().stream()))
                .forEach(text -> Token.in(text).forEach(token -> units.add(token.name())));
        boolean present = content.filesOrEmpty().stream().anyMatch(ManagedFile::isTemplate)
                || content.unitsOrEmpty().stream().anyMatch(UnitText::isTemplate);
        return new Templates(files, units, present);
    }

    /// Whether any token names a fact.
    public boolean useFacts() {
        return Stream.concat(files.stream(), units.stream()).anyMatch(name -> name.startsWith(Token.FACT));
    }

    /// The facts of a host that tokens can name.
    public static Map<String, String> facts(Host.@Nullable Status status) {
        return status == null || status.facts() == null ? Map.of() : Token.nameable(status.facts());
    }

    /// What one host has for the tokens of a content.
    public sealed interface Answer {}

    /// @param byName by name of the token without `host.`, such as `labels.zone`; only what is used, and so the same
    /// for as long as nothing changes that the content shows
    public record Values(SortedMap<String, String> byName) implements Answer {}

    /// @param message a sentence about every token without a usable value
    public record Missing(String message) implements Answer {}

    /// The values of the host with this name, these labels and these facts.
    public Answer on(String host, Map<String, String> labels, Map<String, String> facts) {
        var all = new TreeSet<>(files);
        all.addAll(units);
        var values = new TreeMap<String, String>();
        var missing = new TreeSet<String>();
        for (var name : all) {
            var token = new Token(name);
            var value = token.of(host, labels, facts).orElse(null);
            var complaint =
                    value == null ? Optional.of("the host has no value for " + token.text()) : complaint(token, value);
            if (value != null && complaint.isEmpty()) {
                values.put(name, value);
            }
            complaint.ifPresent(missing::add);
        }
        return missing.isEmpty() ? new Values(values) : new Missing(String.join("; ", missing));
    }

    private static Optional<String> complaint(Token token, String value) {
        if (value.isEmpty()) {
            return Optional.of("the host's value for " + token.text() + " is empty");
        }
        if (value.length() > MAX_VALUE) {
            return Optional.of("the host's value for " + token.text() + " has " + value.length()
                    + " characters; at most " + MAX_VALUE + " are used");
        }
        return ALLOWED.matcher(value).matches()
                ? Optional.empty()
                : Optional.of("the host's value for " + token.text()
                        + " might mean more than itself; one word of letters, digits and ._:/@+,~- is used, which"
                        + " begins with a letter or digit and has no '..'");
    }

    /// What the host with these values really gets: the content without any template.
    ///
    /// Throws IllegalArgumentException when a value is missing or not usable, whoever sent it.
    public static Content render(Content content, Map<String, String> values) {
        UnaryOperator<String> render = text -> rendered(text, values);
        return new Content(
                content.artifacts(),
                each(content.files(), file -> file.isTemplate() ? rendered(file, render) : file),
                each(content.units(), unit -> unit.isTemplate() ? rendered(unit, render) : unit));
    }

    private static String rendered(String text, Map<String, String> values) {
        return Token.replaced(
                text,
                name -> {
                    var value = values.get(name);
                    var why = value == null
                            ? Optional.of("there is no value for " + new Token(name).text())
                            : complaint(new Token(name), value);
                    if (value == null || why.isPresent()) {
                        throw new IllegalArgumentException(why.orElse(name));
                    }
                    return value;
                },
                malformed -> {
                    throw new IllegalArgumentException(malformed + " has no end");
                });
    }

    private static ManagedFile rendered(ManagedFile file, UnaryOperator<String> render) {
        return new ManagedFile(
                file.path(),
                file.mode(),
                file.owner(),
                file.group(),
                file.content() == null ? null : render.apply(file.content()),
                file.contentBase64(),
                file.adopt());
    }

    private static UnitText rendered(UnitText unit, UnaryOperator<String> render) {
        return new UnitText(
                unit.name(),
                unit.content() == null ? null : render.apply(unit.content()),
                rendered(unit.dropIns(), render),
                null,
                unit.proxy());
    }

    private static @Nullable Map<String, String> rendered(
            @Nullable Map<String, String> texts, UnaryOperator<String> render) {
        if (texts == null) {
            return null;
        }
        var all = new TreeMap<String, String>();
        texts.forEach((name, text) -> all.put(name, render.apply(text)));
        return all;
    }

    private static <T> @Nullable List<T> each(@Nullable List<T> list, Function<T, T> change) {
        return list == null ? null : list.stream().map(change).toList();
    }

    /// The units with something in the place of every token, for rules about texts of which no host is known yet.
    static List<Unit> imagined(List<Unit> units) {
        UnaryOperator<String> imagine = text -> Token.replaced(text, _ -> PLACEHOLDER, _ -> {});
        return units.stream()
                .map(unit -> Boolean.TRUE.equals(unit.template())
                        ? unit.with(
                                unit.content() == null ? null : imagine.apply(unit.content()),
                                rendered(unit.dropIns(), imagine))
                        : unit)
                .toList();
    }
}
