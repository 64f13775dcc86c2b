package dev.underway.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.schema.Schema;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a set may say of proxies, and what it is told otherwise.
class ProxyRulesTest {
    private static final String TEXT = "\"[Service]\\nType=exec\\nExecStart=/a\\nRestart=always\\n";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # proxy                                         | field         | what the message says
        listen: 80, ports: [7001]                       | .ports        | must be two ports at least, one for the process that serves and one for the next
        listen: 80, ports: []                           | .ports        | must be two ports at least
        listen: 80, ports: [7001, 7001]                 | .ports        | names a port twice; write each of them once
        listen: 80, ports: [7001, 7002, 7001]           | .ports        | names a port twice; write each of them once
        listen: 7001, ports: [7001, 7002]               | .ports        | 7001 is what clients connect to; choose another one
        listen: "10.0.0.1:7002", ports: [7001, 7002]    | .ports        | 7002 is what clients connect to; choose another one
        listen: 80, ports: [0, 7001]                    | .ports        | 0 is no TCP port; write a number from 1 to 65535
        listen: 80, ports: [7001, 65536]                | .ports        | 65536 is no TCP port; write a number from 1 to 65535
        listen: 80, ports: [-1, 7001]                   | .ports        | -1 is no TCP port; write a number from 1 to 65535
        """)
    void refusesPorts(String proxy, String field, String message) throws Exception {
        assertThat(check(behind("a.service", proxy, TEXT + "\"")))
                .singleElement()
                .satisfies(error -> {
                    assertThat(error.field()).isEqualTo("spec.units[0].proxy" + field);
                    assertThat(error.message()).contains(message);
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # one proxy                                  | and another                                  | field    | what the message says
        listen: 80, ports: [7001, 7002]              | listen: 81, ports: [7002, 7003]              | .ports   | 7002 is taken by another proxy; choose another one
        listen: 80, ports: [7001, 7002]              | listen: 81, ports: [80, 7003]                | .ports   | 80 is taken by another proxy; choose another one
        listen: 80, ports: [7001, 7002]              | listen: 7001, ports: [7003, 7004]            | .listen  | 7001 is taken by another proxy; choose another port
        listen: 80, ports: [7001, 7002]              | listen: 80, ports: [7003, 7004]              | .listen  | 80 is taken by another proxy; choose another port
        listen: 80, ports: [7001, 7002]              | listen: "10.0.0.1:80", ports: [7003, 7004]   | .listen  | 10.0.0.1:80 is taken by another proxy
        """)
    void refusesTwoProxiesWithOneAddress(String one, String other, String field, String message) throws Exception {
        var errors = check(behind("a.service", one, TEXT + "\"") + behind("b.service", other, TEXT + "\""));

        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.field()).isEqualTo("spec.units[1].proxy" + field);
            assertThat(error.message()).contains(message);
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # unit                                         | what the message says
        a@.service, content: TEXT"                     | for a service that this set brings, and for no template; remove it, or write
        a@1.service, content: TEXT"                    | for a service that this set brings, and for no template
        nginx.service                                  | for a service that this set brings, and for no template
        a.socket, content: "[Socket]\\nListenStream=1" | for a service that this set brings, and for no template
        a.service, update: Restart, content: TEXT"     | is there to avoid the restarts that update: Restart asks for; remove one of them
        a.service, content: TEXTType=forking"          | Type=forking allows one process only; use Type=notify, exec or simple in the foreground
        a.service, content: TEXTType=oneshot\\nRestart=no" | Type=oneshot allows one process only
        a.service, content: TEXTType=idle"             | Type=idle allows one process only
        a.service, content: TEXTPIDFile=/run/a.pid"    | PIDFile= allows one process only; remove it
        a.service, content: TEXTBusName=a.b"           | BusName= allows one process only; remove it
        a.service, content: TEXTRemainAfterExit=yes"   | RemainAfterExit= keeps a unit active that serves nobody; remove it
        a.service, content: TEXT[Install]\\nAlias=b.service" | Alias= and Also= in [Install] would name one process for ever; remove them
        a.service, content: TEXT", dropIns: {a.conf: "[Service]\\nType=forking"} | Type=forking allows one process only
        a.service, content: TEXT", dropIns: {a.conf: "[Install]\\nAlias=b.service"} | Alias= and Also= in [Install]
        """)
    void refusesWhatCannotRunTwice(String unit, String message) throws Exception {
        var set = "- {proxy: {listen: 80, ports: [7001, 7002]}, name: " + unit.replace("TEXT", TEXT) + "}\n";

        assertThat(check(set)).singleElement().satisfies(error -> {
            assertThat(error.field()).isEqualTo("spec.units[0].proxy");
            assertThat(error.message()).contains(message);
        });
    }

    @Test
    void refusesABusNameWithItsType() throws Exception {
        var unit = behind("a.service", "listen: 80, ports: [7001, 7002]", TEXT + "Type=dbus\\nBusName=a.b\"");

        assertThat(check(unit))
                .extracting(FieldError::message)
                .containsExactly(
                        "Type=dbus allows one process only; use Type=notify, exec or simple in the foreground",
                        "BusName= allows one process only; remove it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a-proxy.socket, content: \"[Socket]\\nListenStream=1\"",
                "a-proxy.service, content: TEXT\"",
                "a-proxy-7001.socket, content: \"[Socket]\\nListenStream=1\"",
                "a-proxy-7002.service, dropIns: {a.conf: \"[Service]\\nUser=a\"}",
            })
    void refusesAUnitThatTheProxyMakes(String other) throws Exception {
        var name = other.substring(0, other.indexOf(','));

        var errors = check(behind("a.service", "listen: 80, ports: [7001, 7002]", TEXT + "\"") + "- {name: "
                + other.replace("TEXT", TEXT) + "}\n");

        assertThat(errors)
                .containsExactly(FieldError.invalid(
                        "spec.units[0].proxy", "makes " + name + " itself; rename or remove that unit"));
    }

    @Test
    void refusesAServiceThatTakesASocket() throws Exception {
        var errors = check(behind("a.service", "listen: 80, ports: [7001, 7002]", TEXT + "\"")
                + "- {name: b.socket, content: \"[Socket]\\nListenStream=1\\nService=a.service\"}\n");

        assertThat(errors)
                .containsExactly(FieldError.invalid(
                        "spec.units[0].proxy",
                        "is for a service without a socket; remove it, or the socket of a.service"));
    }

    /// systemd reads nothing from a `ListenStream=` that is longer than the address of a Unix socket.
    @Test
    void refusesANameThatNoSocketHasRoomFor() throws Exception {
        var ports = "listen: 80, ports: [7001, 10001]";

        assertThat(check(behind("a".repeat(68) + ".service", ports, TEXT + "\"")))
                .isEmpty();
        assertThat(check(behind("a".repeat(70) + ".service", ports, TEXT + "\"")))
                .containsExactly(FieldError.invalid(
                        "spec.units[0].proxy", "makes sockets named for the unit; make its name 2 characters shorter"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "listen: 80, ports: [7001, 7002]",
                "listen: \"127.0.0.1:80\", ports: [1, 65535, 7001], maxConnections: 1, drain: 0s",
                "listen: \"[::1]:80\", ports: [7001, 7002, 7003, 7004, 7005, 7006, 7007, 7008], maxConnections: 65535",
            })
    void acceptsWhatWorks(String proxy) throws Exception {
        var set = behind("a.service", proxy, TEXT + "\"")
                + behind("b.service", "listen: 81, ports: [7011, 7012]", TEXT + "\"");

        assertThat(check(set)).isEmpty();
        assertThat(Validation.warnings(Kind.UNIT_SET, manifest(set))).isEmpty();
    }

    @Test
    void acceptsTwoAddressesWithOnePort() throws Exception {
        assertThat(check(behind("a.service", "listen: \"10.0.0.1:80\", ports: [7001, 7002]", TEXT + "\"")
                        + behind("b.service", "listen: \"10.0.0.2:80\", ports: [7003, 7004]", TEXT + "\"")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # drain    | service             | warning
        5m         |                     | a.service: its drain of 300s is cut short after 90s by TimeoutStopSec=; write a longer one into [Service], or a shorter drain
        90s        |                     |
        30s        | TimeoutStopSec=10   | a.service: its drain of 30s is cut short after 10s by TimeoutStopSec=; write a longer one into [Service], or a shorter drain
        30s        | TimeoutSec=10s      | a.service: its drain of 30s is cut short after 10s by TimeoutStopSec=; write a longer one into [Service], or a shorter drain
        150s       | TimeoutStopSec=2min | a.service: its drain of 150s is cut short after 120s by TimeoutStopSec=; write a longer one into [Service], or a shorter drain
        5m         | TimeoutStopSec=6min |
        5m         | TimeoutStopSec=0    |
        5m         | TimeoutStopSec=infinity |
        """)
    void warnsOfADrainThatSystemdDoesNotWaitFor(String drain, String service, String warning) throws Exception {
        var set = manifest(behind(
                "a.service",
                "listen: 80, ports: [7001, 7002], drain: " + drain,
                TEXT + (service == null ? "" : service) + "\""));

        assertThat(Validation.warnings(Kind.UNIT_SET, set)).isEqualTo(warning == null ? List.of() : List.of(warning));
    }

    private static String behind(String name, String proxy, String text) {
        return "- {name: " + name + ", proxy: {" + proxy + "}, content: " + text + "}\n";
    }

    private static List<FieldError> check(String units) throws Exception {
        return Validation.check(Kind.UNIT_SET, manifest(units));
    }

    private static ObjectNode manifest(String units) throws Exception {
        var tree = Manifests.read("""
            apiVersion: underway.dev/v1alpha1
            kind: UnitSet
            metadata: {name: web}
            spec:
              selector: {}
              units:
            """ + units.indent(2)).getFirst().body();
        assertThat(Schema.of(Kind.UNIT_SET).check(tree)).isEmpty();
        assertThat(Schema.of(Kind.UNIT_SET).unknownFields(tree)).isEmpty();
        return tree;
    }
}
