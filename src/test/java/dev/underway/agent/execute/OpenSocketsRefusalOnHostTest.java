package dev.underway.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.execute.Executed.Fault;
import dev.underway.plan.Step.Adjust;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Sockets of a booted systemd that are left as they are: they are not found for certain, or cannot become what they
/// shall. It is said why, and whose fault that is.
@Tag("e2e")
class OpenSocketsRefusalOnHostTest {
    @AutoClose
    private static final OpenSocketsHost on = OpenSocketsHost.boot();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # what somebody does to the place                                             | why it is refused
        mv PLACE PLACE.away; ln -s PLACE.away PLACE                                   | there is a symlink in it
        rm PLACE; ln -s /run/victim PLACE                                             | there is a symlink in it
        mv DIR DIR.away; ln -s DIR.away DIR                                           | there is a symlink in it
        rm PLACE; ln /run/systemd/notify PLACE                                        | it has 2 names
        rm PLACE; touch PLACE                                                         | it is no socket any more
        rm PLACE; mkfifo PLACE                                                        | it is no socket any more
        """)
    void whatSomebodyElsePutInTheSocketsPlaceIsLeftAlone(String deed, String why) throws Exception {
        on.host.exec(
                "bash", "-c", "rm -rf /run/theirs* /run/victim; install -d -o games /run/theirs; touch /run/victim");
        on.socket("theirs", "ListenStream=/run/theirs/sock");
        on.host.exec("bash", "-c", deed.replace("PLACE", "/run/theirs/sock").replace("DIR", "/run/theirs"));
        var before = on.host.exec("stat", "--dereference", "--format=%n %a %U", "/run/theirs/sock", "/run/victim");

        var outcome = on.adjust(
                "theirs",
                Map.of("SocketMode", "0602", "SocketUser", "games", "SocketGroup", ""),
                "ListenStream=/run/theirs/sock");

        assertThat(outcome.result()).isEqualTo("failed");
        assertThat(outcome.message()).contains("/run/theirs/sock is not changed: " + why);
        assertThat(JobFailure.of(step(), outcome).fault()).isEqualTo(Fault.SURROUNDINGS);
        assertThat(on.host.exec("stat", "--dereference", "--format=%n %a %U", "/run/theirs/sock", "/run/victim"))
                .isEqualTo(before);
        on.host.exec("systemctl", "stop", "theirs.socket");
    }

    @Test
    void anotherFifoInThePlaceOfSystemdsIsLeftAlone() throws Exception {
        on.socket("swapped", "ListenFIFO=/run/swapped.fifo");
        on.host.exec("bash", "-c", "rm /run/swapped.fifo; mkfifo --mode=600 /run/swapped.fifo");

        var outcome = on.adjust("swapped", Map.of("SocketMode", "0666"), "ListenFIFO=/run/swapped.fifo");

        assertThat(outcome.message()).contains("systemd holds no open socket at ListenFIFO=/run/swapped.fifo");
        assertThat(on.place("/run/swapped.fifo")).isEqualTo("fifo 600 root:root");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ListenStream=7199",
                "ListenStream=0.0.0.0:7131",
                "ListenDatagram=127.0.0.1:7131",
                "ListenStream=@found",
                "ListenFIFO=/run/found.sock.fifo",
                "ListenNetlink=kobject-uevent"
            })
    void anAddressThatIsNotOpenIsNamedAndNothingIsChanged(String other) throws Exception {
        on.socket("found", "ListenStream=127.0.0.1:7131", "ListenStream=/run/found.sock", "Backlog=30");

        var outcome = on.adjust("found", Map.of("Backlog", "40"), "ListenStream=127.0.0.1:7131", other);

        assertThat(outcome.result()).isEqualTo("failed");
        assertThat(JobFailure.of(step(), outcome).message())
                .isEqualTo("Adjust of found.socket failed: systemd holds no open socket at " + other
                        + "; to bind it anew, stop found.socket and what it starts, then start it");
        assertThat(on.backlog("127.0.0.1:7131")).isEqualTo(30);
    }

    @Test
    void socketsThatShareAnAddressAreNotTakenForEachOther() throws Exception {
        on.socket("one", "ListenStream=127.0.0.1:7141", "ReusePort=yes", "Backlog=30");
        on.socket("two", "ListenStream=127.0.0.1:7141", "ReusePort=yes", "Backlog=30");

        var outcome = on.adjust("one", Map.of("Backlog", "40"), "ListenStream=127.0.0.1:7141");

        assertThat(outcome.message()).contains("systemd holds 2 sockets at ListenStream=127.0.0.1:7141");
        assertThat(on.backlog("127.0.0.1:7141")).isEqualTo(30);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # setting              | what is said
        KeepAliveProbes=200    | the kernel refuses KeepAliveProbes=200 for ListenStream=7161: Invalid argument
        KeepAliveTimeSec=86400 | the kernel refuses KeepAliveTimeSec=86400 for ListenStream=7161: Invalid argument
        Backlog=many           | Backlog=many is nothing that systemd takes
        Backlog=-1             | Backlog=-1 is nothing that systemd takes
        Priority=3000000000    | Priority=3000000000 is nothing that systemd takes
        SocketMode=0999        | SocketMode=0999 is nothing that systemd takes
        NoDelay=maybe          | NoDelay=maybe is nothing that systemd takes
        DeferAcceptSec=soon    | DeferAcceptSec=soon is nothing that systemd takes
        SocketUser=nobodys     | there is no nobodys on this host
        """)
    void aValueThatCannotBeIsTheRevisionsFault(String setting, String said) throws Exception {
        int equals = setting.indexOf('=');
        on.socket("wrong", "ListenStream=7161");

        var outcome = on.adjust(
                "wrong", Map.of(setting.substring(0, equals), setting.substring(equals + 1)), "ListenStream=7161");

        var failure = JobFailure.of(step(), outcome);
        assertThat(failure.message()).contains(said);
        assertThat(failure.reason()).isEqualTo("NotAdjusted");
        assertThat(failure.fault()).isEqualTo(Fault.REVISION);
    }

    private static Adjust step() {
        return new Adjust("any.socket", Set.of(), Map.of(), "for the test");
    }
}
