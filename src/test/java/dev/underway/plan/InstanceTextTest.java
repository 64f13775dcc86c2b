package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.PathState.Regular;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is in the unit file of an instance.
class InstanceTextTest {
    private final ModelHost host = new ModelHost();

    /// systemd.unit(5), of `my-web.service`; `systemd-escape` says the same.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        %n | my-web.service
        %N | my-web
        %p | my-web
        %P | my/web
        %j | web
        %J | web
        %f | /my/web
        a%i%I | a
        %% | %%
        %H | %H
        100 | 100
        """)
    void whatDependsOnTheNameMeansTheUnit(String specifier, String meaning) {
        assertThat(made("my-web", "Environment=X=" + specifier)).contains("\nEnvironment=X=" + meaning + "\n");
    }

    @Test
    void aByteThatIsAPercentSignStaysOne() {
        assertThat(made("a\\x25b", "Environment=X=%P")).contains("\nEnvironment=X=a%%b\n");
    }

    @Test
    void socketsOfTheHostAreHandedOverToo() {
        assertThat(made("my-web", "Sockets=host.socket")).contains("\nSockets=host.socket my-web.socket\n");
    }

    @Test
    void anotherSocketOfTheHostIsANewProcess() {
        var before = Sketch.set(sketch("my-web", "Sockets=host.socket"));
        var now = Sketch.set(sketch("my-web", "Sockets=other.socket"));
        host.converge(new Desired(List.of(before), List.of()));
        var desired = new Desired(List.of(now), List.of());

        assertThat(Steps.of(Planner.plan(desired, host.observe(desired)))).isEqualTo("Swap my-web.service");
    }

    private static String sketch(String name, String directive) {
        return "%s.socket[ListenStream=80] %s.service[Type=notify;ExecStart=/a;%s;WantedBy=x.target]"
                .formatted(name, name, directive);
    }

    private String made(String name, String directive) {
        host.converge(new Desired(List.of(Sketch.set(sketch(name, directive))), List.of()));
        var path = UnitPaths.unitFile(host.named(name + ".service"));
        return host.disk.get(path) instanceof Regular file && file.text() != null ? file.text() : "";
    }
}
