package dev.underway.testing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// The tables of `src/docs/configuration.md`, and the rows that a program's configuration should have there.
public final class ConfigurationPage {
    private static final Path PAGE = Path.of("src/docs/configuration.md");

    private ConfigurationPage() {}

    /// The page's rows about the keys of a program: those that follow the heading.
    public static List<String> rows(String heading) throws IOException {
        var lines = Files.readAllLines(PAGE);
        int from = lines.indexOf("## " + heading);
        return lines.subList(from + 1, lines.size()).stream()
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| `"))
                .toList();
    }

    /// Every key with its type and default, sorted.
    public static List<String> rowsOf(Class<?> configuration) {
        var prefix = configuration.getAnnotation(ConfigMapping.class).prefix();
        return rows(prefix, configuration).sorted().toList();
    }

    private static Stream<String> rows(String prefix, Class<?> group) {
        return Arrays.stream(group.getDeclaredMethods()).flatMap(method -> {
            var key =
                    prefix + "." + method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            var type = valueType(method);
            return type.isInterface() && type.getEnclosingClass() != null
                    ? rows(key, type)
                    : Stream.of("| `%s` | %s | %s |".formatted(key, type.getSimpleName(), defaultOf(method)));
        });
    }

    private static Class<?> valueType(Method method) {
        if (method.getReturnType() != Optional.class) {
            return method.getReturnType();
        }
        var optional = (ParameterizedType) method.getGenericReturnType();
        return switch (optional.getActualTypeArguments()[0]) {
            case ParameterizedType list -> (Class<?>) list.getRawType();
            case Class<?> type -> type;
            default -> throw new AssertionError(method);
        };
    }

    private static String defaultOf(Method method) {
        var value = method.getAnnotation(WithDefault.class);
        return value == null ? "-" : value.value();
    }
}
