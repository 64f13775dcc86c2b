package dev.underway.model.unitfile;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The line by line reading of systemd.syntax(7), following `config_parse()` of systemd's conf-parser.c, where these
/// surprises come from:
///
/// * A comment between continuation lines is skipped and the continuation goes on; an empty line ends it.
/// * Only an odd number of backslashes at the very end continues a line, so a blank after the backslash does not.
/// * In a section whose name begins with X-, a line that assigns nothing is no mistake.
/// * A carriage return ends a line as well, alone or beside a line feed.
final class Syntax {
    /// Most characters of a line, continuations included: `LONG_LINE_MAX` of systemd, which refuses the whole file.
    static final int MAX_LINE = 1 << 20;

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final String text;
    private final List<UnitFile.Assignment> assignments = new ArrayList<>();
    private final StringBuilder pending = new StringBuilder();
    private int position;
    private int line;
    private int pendingLine;
    private @Nullable String section;

    private Syntax(String text) {
        this.text = text;
        this.position = text.indexOf(BYTE_ORDER_MARK) == 0 ? 1 : 0;
    }

    static List<UnitFile.Assignment> read(String text) throws UnitFileException {
        var syntax = new Syntax(text);
        while (syntax.position < text.length()) {
            syntax.line++;
            syntax.physicalLine(syntax.nextLine());
        }
        syntax.endOfContinuation();
        return syntax.assignments;
    }

    private String nextLine() throws UnitFileException {
        int end = position;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            checkCharacter(end++);
        }
        var content = text.substring(position, end);
        position = afterLineEnd(end);
        return content;
    }

    /// CR LF and LF CR are one line end, two equal characters are two.
    private int afterLineEnd(int end) {
        boolean pair =
                end + 1 < text.length() && isLineEnd(text.charAt(end + 1)) && text.charAt(end + 1) != text.charAt(end);
        return pair ? end + 2 : end + 1;
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }

    private void checkCharacter(int index) throws UnitFileException {
        int c = text.codePointAt(index);
        if (c == 0) {
            throw new UnitFileException(line, "a NUL character; remove it");
        }
        boolean inPair = Character.isLowSurrogate(text.charAt(index))
                && index > 0
                && Character.isHighSurrogate(text.charAt(index - 1));
        boolean lone = !inPair && c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        boolean nonCharacter = (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
        if (lone || nonCharacter) {
            throw new UnitFileException(line, "U+%04X is no character that systemd takes; remove it".formatted(c));
        }
    }

    private void physicalLine(String content) throws UnitFileException {
        if (isComment(content)) {
            return;
        }
        if (pending.length() + content.length() > MAX_LINE) {
            throw new UnitFileException(
                    line, "the line is longer than " + MAX_LINE + " characters; systemd refuses the whole file");
        }
        if (pending.isEmpty()) {
            pendingLine = line;
        }
        pending.append(content);
        if (endsInBackslash(pending)) {
            pending.setCharAt(pending.length() - 1, ' ');
        } else {
            endOfContinuation();
        }
    }

    private void endOfContinuation() throws UnitFileException {
        var content = strip(pending.toString());
        pending.setLength(0);
        if (!content.isEmpty()) {
            logicalLine(content);
        }
    }

    private void logicalLine(String content) throws UnitFileException {
        if (content.startsWith("[")) {
            section = sectionName(content);
            return;
        }
        int equals = content.indexOf('=');
        if (equals <= 0 && section != null && section.startsWith("X-")) {
            return;
        }
        if (equals < 0) {
            throw new UnitFileException(pendingLine, "missing '=' in \"" + excerpt(content) + "\"; write Key=value");
        }
        var key = strip(content.substring(0, equals));
        if (key.isEmpty()) {
            throw new UnitFileException(pendingLine, "missing key before '='; write Key=value");
        }
        if (section == null) {
            throw new UnitFileException(
                    pendingLine,
                    excerpt(key) + "= stands before the first section; write a line such as [Service] above it");
        }
        assignments.add(new UnitFile.Assignment(section, key, strip(content.substring(equals + 1)), pendingLine));
    }

    private String sectionName(String content) throws UnitFileException {
        if (!content.endsWith("]")) {
            throw new UnitFileException(
                    pendingLine,
                    "section header \"" + excerpt(content) + "\" does not end in ]; nothing may follow it");
        }
        var name = content.substring(1, content.length() - 1);
        if (name.isEmpty() || !name.chars().allMatch(Syntax::safeInSection)) {
            throw new UnitFileException(
                    pendingLine,
                    "section header \"" + excerpt(content)
                            + "\" has no name or has quotes, backslashes or control characters");
        }
        return name;
    }

    private static boolean safeInSection(int c) {
        return c >= ' ' && c != 0x7F && c != '"' && c != '\'' && c != '\\';
    }

    private static boolean isComment(String content) {
        var stripped = strip(content);
        return stripped.startsWith("#") || stripped.startsWith(";");
    }

    private static boolean endsInBackslash(CharSequence content) {
        int start = content.length();
        while (start > 0 && content.charAt(start - 1) == '\\') {
            start--;
        }
        return (content.length() - start) % 2 == 1;
    }

    /// Strips what systemd calls white space; unlike [String#strip], no form feeds or Unicode spaces.
    private static String strip(String content) {
        int start = 0;
        int end = content.length();
        while (start < end && isBlank(content.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(content.charAt(end - 1))) {
            end--;
        }
        return content.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || isLineEnd(c);
    }

    private static String excerpt(String content) {
        return content.length() <= 40 ? content : content.substring(0, 39) + "…";
    }
}
