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

    /// The whole of both files. What becomes of a unit on every host is reviewed here, and a new line in the first of
    /// them is a new process of every unit in the fleet.
    @Test
    void theFilesOfAnInstanceAre() {
        host.converge(new Desired(List.of(Sketch.set("""
                my-web.socket[ListenStream=80]
                my-web.service{restartOn=/etc/web.env}[Description=Web;Requires=my-web.socket_db.service;Type=notify;\
                ExecStart=/opt/web/bin/web_--name_%n;EnvironmentFile=/etc/web.env;RuntimeDirectory=web;\
                Restart=on-failure;CPUWeight=50;StartLimitBurst=3;WantedBy=multi-user.target]
                /etc/web.env=A=1 /opt/web<-web
                """)), List.of()));
        var instance = host.named("my-web.service");

        assertThat(text(UnitPaths.unitFile(instance))).isEqualTo("""
            # One instance of my-web.service, made by Underway for UnitSet shop/web. Do not edit: it is never changed, and goes
            # when another instance has taken over. my-web.service is the symlink that says which one is current.
            # What takes effect without a new process is in my-web-28b249becb.service.d/0-underway-live.conf.

            [Service]
            Type=notify
            ExecStart=/opt/web/bin/web --name my-web.service
            EnvironmentFile=/var/lib/underway/instances/my-web-28b249becb.service/etc/web.env
            RuntimeDirectory=web

            # Added by Underway:
            [Unit]
            X-Underway-Unit=my-web.service
            [Service]
            # the listening sockets; a second process must not change how the first one accepts
            Sockets=my-web.socket
            NonBlocking=yes
            # journalctl UNDERWAY_UNIT=my-web.service finds every instance
            LogExtraFields=UNDERWAY_UNIT=my-web.service
            # journalctl -t my-web
            SyslogIdentifier=my-web
            # else the end of one instance would remove it under the other
            RuntimeDirectoryPreserve=yes
            # so that it can be told later what the process was started from
            Environment=UNDERWAY_INSTANCE=my-web-28b249becb.service
            # its own inputs at their public places, whatever is there for others
            BindReadOnlyPaths=/var/lib/underway/instances/my-web-28b249becb.service/etc/web.env:/etc/web.env
            BindReadOnlyPaths=/store/2dd1d5c52cb8c4bad4e76c7517a7a1b2d0b379bae4f4693f5763e3626d113cc1:/opt/web
            """);
        assertThat(text(UnitPaths.dropIn(instance, InstanceText.LIVE))).isEqualTo("""
            # What takes effect on my-web.service by a daemon-reload. Made by Underway; edits are put back.

            [Service]
            Restart=on-failure
            CPUWeight=50

            [Unit]
            Description=Web
            Requires=db.service

            # Added by Underway:
            [Unit]
            After=my-web.socket
            # the start limit of one instance would close the socket of all; Underway itself backs off
            StartLimitIntervalSec=0
            [Service]
            # a crash loop of one instance would reach the trigger limit of the socket of all
            RestartSec=250ms
            """);
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
        return text(UnitPaths.unitFile(host.named(name + ".service")));
    }

    private String text(String path) {
        return host.disk.get(path) instanceof Regular file && file.text() != null ? file.text() : "";
    }
}
