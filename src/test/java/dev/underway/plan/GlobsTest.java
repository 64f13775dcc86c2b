package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobsTest {
    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        /etc/web/app.yaml | /etc/web/app.yaml     | true
        /etc/web/*.yaml   | /etc/web/app.yaml     | true
        /etc/web/*.yaml   | /etc/web/d/app.yaml   | false
        /etc/web/**.yaml  | /etc/web/d/app.yaml   | true
        /etc/*/app.yaml   | /etc/web/app.yaml     | true
        /etc/web          | /etc/web/d/app.yaml   | true
        /etc/web/         | /etc/web/d/app.yaml   | true
        /etc/web          | /etc/website          | false
        /etc/we?          | /etc/web              | true
        /etc/w.b          | /etc/web              | false
        """)
    void matchesPathsAndWhatIsBelowThem(String pattern, String path, boolean matches) {
        assertThat(Globs.match(List.of(pattern), path)).isEqualTo(matches);
    }
}
