package dev.underway.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # pattern         | path                  | is it
        /etc/web/app.yaml | /etc/web/app.yaml     | matched
        /etc/web/*.yaml   | /etc/web/app.yaml     | matched
        /etc/web/*.yaml   | /etc/web/.yaml        | matched
        /etc/web/*.yaml   | /etc/web/d/app.yaml   | no
        /etc/web/**.yaml  | /etc/web/d/app.yaml   | matched
        /etc/*/app.yaml   | /etc/web/app.yaml     | matched
        /etc/**/app.yaml  | /etc/a/b/app.yaml     | matched
        /etc/web/**       | /etc/web              | matched
        /etc/web/**       | /etc/web/d/app.yaml   | matched
        /etc/web/**       | /etc/website          | no
        /**               | /etc/web              | matched
        /etc/web          | /etc/web/d/app.yaml   | covered
        /etc/web/         | /etc/web/d/app.yaml   | covered
        /etc/web/         | /etc/web              | covered
        /etc/*            | /etc/web/d/app.yaml   | covered
        /etc/web          | /etc/website          | no
        /etc/web/d        | /etc/web              | no
        /etc/we?          | /etc/web              | matched
        /etc/we?          | /etc/we/b             | no
        /etc/w.b          | /etc/web              | no
        /etc/Web          | /etc/web              | no
        web*.service      | web-admin.service     | matched
        web@*.service     | web@1.service         | matched
        web.service       | web.service.d         | no
        """)
    void matchesWhatItNamesAndCoversWhatIsBelow(String pattern, String path, String expected) {
        var glob = Glob.of(pattern);

        assertThat(glob.matches(path) ? "matched" : glob.covers(path) ? "covered" : "no")
                .isEqualTo(expected);
        assertThat(Glob.anyCovers(List.of("/else", pattern), path)).isEqualTo(!expected.equals("no"));
    }

    @ParameterizedTest(name = "{1} and {0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # directory     | pattern               | what is below it
        /etc            | /etc/passwd*          | some
        /etc            | /etc/ssh/**           | some
        /etc/ssh        | /etc/ssh/**           | all
        /etc/ssh/a      | /etc/ssh/**           | all
        /etc/web        | /etc/passwd*          | none
        /etc/pass       | /etc/passwd*          | none
        /etc/passwd     | /etc/passwd*          | none
        /etc/passwd     | /etc/passwd           | none
        /home           | /home/*/.ssh/**       | some
        /home/joe       | /home/*/.ssh/**       | some
        /home/joe/web   | /home/*/.ssh/**       | none
        /opt            | /home/*/.ssh/**       | none
        /srv/a/b        | /srv/**/key           | some
                        | /etc/sudoers          | some
                        | /**                   | all
        """)
    void tellsWhatItSaysOfADirectory(String directory, String pattern, String below) {
        var glob = Glob.of(pattern);
        var path = directory == null ? "" : directory;

        assertThat(glob.matchesAllBelow(path) ? "all" : glob.matchesBelow(path) ? "some" : "none")
                .isEqualTo(below);
    }

    @Test
    void coversAllThatItMatches() {
        assertThat(Glob.of("/etc/web/*").covers("/etc/web/a")).isTrue();
        assertThat(Glob.of("*").covers("web.service")).isTrue();
    }

    @Test
    void charactersOfRegularExpressionsAreLiteral() {
        assertThat(Glob.of("/a(b)[c]+\\E$").matches("/a(b)[c]+\\E$")).isTrue();
        assertThat(Glob.of("/a+").matches("/aa")).isFalse();
    }
}
