package dev.underway.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ContinuationTest {
    @Example
    void isReadBackAsItWasGiven() throws Exception {
        var given = new Continuation(42, new Place("shop", "web.a"));

        assertThat(Continuation.parse(given.text())).isEqualTo(given);
    }

    @Property
    void anyTextIsReadOrExpired(@ForAll String text, @ForAll byte[] bytes) {
        expectDecided(text);
        expectDecided(Base64.getUrlEncoder().encodeToString(bytes));
        expectDecided(Base64.getUrlEncoder().encodeToString(("7/" + text + "/x").getBytes(UTF_8)));
    }

    @Example
    void takesNothingThatADatabaseRefuses() {
        assertThatThrownBy(
                        () -> Continuation.parse(Base64.getUrlEncoder().encodeToString("7/a\u0000/x".getBytes(UTF_8))))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.EXPIRED));
    }

    private static void expectDecided(String token) {
        try {
            assertThat(Continuation.parse(token).place().name()).doesNotContain("\u0000", "/");
        } catch (StoreException e) {
            assertThat(e.reason()).isEqualTo(StoreException.Reason.EXPIRED);
        }
    }
}
