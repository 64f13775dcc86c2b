package dev.underway.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.model.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {
    private static final List<String> REFUSED = List.of(
            "0",
            "-1",
            "65536",
            "99999999999",
            "080",
            "6379.5",
            "http",
            "",
            " 80",
            "80 ",
            "80\n",
            "localhost:80",
            "127.0.0.1",
            "127.0.0.1:",
            ":80",
            "127.0.0.1:0",
            "127.0.0.1:080",
            "127.0.0.01:80",
            "127.0.0.256:80",
            "127.1:80",
            "::1:80",
            "[::1]",
            "[:::1]:80",
            "[1]:80",
            "[::1%lo]:80",
            "/run/web.sock",
            "@web",
            "vsock:2:80",
            "80\nExecStartPre=/bin/evil");

    private static final List<String> ACCEPTED = List.of(
            "1",
            "6379",
            "65535",
            "127.0.0.1:6379",
            "0.0.0.0:80",
            "255.255.255.255:1",
            "[::1]:80",
            "[::]:80",
            "[fd00::7]:443",
            "[::ffff:10.0.0.1]:80");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # as written       | canonical          | port
        6379               | 6379               | 6379
        "6379"             | 6379               | 6379
        "127.0.0.1:6379"   | "127.0.0.1:6379"   | 6379
        "[::1]:80"         | "[::1]:80"         | 80
        """)
    void hasOneFormInJson(String written, String canonical, int port) throws Exception {
        var address = Codec.JSON.readValue(written, ListenAddress.class);

        assertThat(Codec.JSON.writeValueAsString(address)).isEqualTo(canonical);
        assertThat(Codec.JSON.readValue(canonical, ListenAddress.class)).isEqualTo(address);
        assertThat(address.port()).isEqualTo(port);
    }

    @Test
    void refusesWhatItIsNotAndSaysWhatToWrite() throws Exception {
        for (var text : REFUSED) {
            assertThatThrownBy(() -> ListenAddress.of(text))
                    .describedAs(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("must be a port such as 6379, or an address such as \"127.0.0.1:6379\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "6379.0", "true", "[]", "{}", "\"x\"", "4294973675", "null"})
    void theSchemaNamesTheField(String json) throws Exception {
        var set = Manifests.read("""
            apiVersion: underway.dev/v1alpha1
            kind: UnitSet
            metadata: {name: a}
            spec:
              selector: {}
              units: [{name: a.service, content: x, proxy: {listen: %s, ports: [1, 2]}}]
            """.formatted(json)).getFirst().body();

        assertThat(Schema.of(Kind.UNIT_SET).check(set))
                .singleElement()
                .extracting(FieldError::field)
                .isEqualTo("spec.units[0].proxy.listen");
    }

    /// What is accepted here is a `ListenStream=` for systemd, and what looks nearly like it is none for either.
    @Test
    void agreesWithSystemd() throws Exception {
        var texts = new TreeMap<String, String>();
        var all = new ArrayList<>(ACCEPTED);
        all.addAll(List.of("080", "65536", "127.0.0.1:080", "127.0.0.01:80", "127.0.0.256:80", "[:::1]:80", "[1]:80"));
        for (int i = 0; i < all.size(); i++) {
            texts.put("a" + i + ".socket", "[Socket]\nListenStream=" + all.get(i) + "\n");
            texts.put("a" + i + ".service", "[Service]\nExecStart=/bin/true\n");
        }

        var systemd = OfflineSystemd.load(texts);

        for (int i = 0; i < all.size(); i++) {
            assertThat(systemd.complaints("a" + i + ".socket").isEmpty())
                    .describedAs(all.get(i))
                    .isEqualTo(ACCEPTED.contains(all.get(i)));
        }
        assertThat(ACCEPTED)
                .allSatisfy(text -> assertThat(ListenAddress.of(text).text()).isEqualTo(text));
    }

    @ParameterizedTest
    @CsvSource({
        "80, 80, true",
        "80, 127.0.0.1:80, true",
        "127.0.0.1:80, 80, true",
        "127.0.0.1:80, 127.0.0.2:80, false",
        "80, 81, false",
    })
    void knowsWhatCannotListenBesideIt(String one, String other, boolean overlaps) {
        assertThat(ListenAddress.of(one).overlaps(ListenAddress.of(other))).isEqualTo(overlaps);
    }
}
