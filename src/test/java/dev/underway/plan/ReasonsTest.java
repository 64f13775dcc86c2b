package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.unitfile.UnitFile;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an operator reads of a difference.
class ReasonsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        Restart                | no                | always            | Restart= no → always
        Restart                | -                 | always            | Restart= (unset) → always
        CapabilityBoundingSet  | CAP_CHOWN         | ''                | CapabilityBoundingSet= CAP_CHOWN → (empty)
        ExecStart              | /opt/web/bin/web --listen 127.0.0.1 --port 80 | /opt/web/bin/web --listen 127.0.0.1 --port 81 | ExecStart= …1 --port 80 → …1 --port 81
        ExecStart              | /a                | /opt/web/bin/web --with --very --many --words --in --it | ExecStart= /a → /opt/web/bin/web --with --very --many -…
        Environment            | PASSWORD=one      | PASSWORD=other    | Environment= changed
        SetCredential          | -                 | key:secret        | SetCredential= changed
        SetCredentialEncrypted | key:secret        | -                 | SetCredentialEncrypted= changed
        """)
    void aDifferenceIsShortAndNeverASecret(String directive, String from, String to, String words) {
        var difference = new UnitFile.Difference("Service", directive, values(from), values(to));

        assertThat(Reasons.of(difference)).isEqualTo(words);
    }

    @Test
    void manyReasonsAreCounted() {
        assertThat(Reasons.shortened(List.of("a", "b", "c", "d", "e"))).isEqualTo("a, b, c and 2 more");
    }

    private static List<String> values(String value) {
        return value == null ? List.of() : List.of(value);
    }
}
