package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Codec;
import dev.underway.model.UnitSetSpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an author is told when a socket alone does not make a service swappable.
class SwapAdviceTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # service                               | update  | told
        Type=notify                             | Auto    |
        Type=simple                             | Swap    |
        Type=simple                             | Restart |
        Type=simple                             | Auto    | Type=simple does not say when the new process is ready
        Type=notify;BusName=org.example.web     | Swap    | BusName= allows one process only
        Type=notify;ExecStop=/bin/clean         | Auto    | ExecStop= of the old process runs when the new one serves
        Type=notify;FileDescriptorStoreMax=4    | Auto    | FileDescriptorStoreMax= keeps descriptors for the next start of the same unit
        Type=notify;FileDescriptorStoreMax=4    | Swap    |
        Type=notify;FileDescriptorStoreMax=0    | Auto    |
        Type=notify;FileDescriptorStoreMax=4;FileDescriptorStorePreserve=yes | Swap | FileDescriptorStorePreserve=yes keeps what each old process has stored
        """)
    void saysWhatKeepsAServiceBehindASocketFromBeingSwapped(String service, String update, String told) {
        var spec = Codec.JSON.createObjectNode();
        spec.putObject("selector");
        var units = spec.putArray("units");
        units.addObject().put("name", "web.socket").put("content", "[Socket]\nListenStream=80\n");
        units.addObject()
                .put("name", "web.service")
                .put("update", update)
                .put("content", "[Service]\nExecStart=/bin/web\n" + service.replace(';', '\n') + "\n");

        var sentences = SwapAdvice.of(Codec.read(spec, UnitSetSpec.class));

        if (told == null) {
            assertThat(sentences).isEmpty();
        } else {
            assertThat(sentences)
                    .singleElement()
                    .asString()
                    .startsWith("web.service: ")
                    .contains(told);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # socket                                | update  | told
        ListenDatagram=53                       | Auto    |
        ListenMessageQueue=/work                | Auto    |
        ListenFIFO=/run/web                     | Swap    |
        ListenFIFO=/run/web                     | Restart |
        ListenFIFO=/run/web                     | Auto    | ListenFIFO= would be read by two processes
        ListenStream=80;ListenFIFO=/run/web     | Auto    | ListenFIFO= would be read by two processes
        ListenSpecial=/dev/a;ListenFIFO=/run/b  | Auto    | ListenFIFO= and ListenSpecial= would be read by two processes
        """)
    void saysWhatTwoProcessesWouldReadInParts(String socket, String update, String told) {
        var spec = Codec.JSON.createObjectNode();
        spec.putObject("selector");
        var units = spec.putArray("units");
        units.addObject()
                .put("name", "input.socket")
                .put("content", "[Socket]\nService=web.service\n" + socket.replace(';', '\n') + "\n");
        units.addObject()
                .put("name", "web.service")
                .put("update", update)
                .put("content", "[Service]\nExecStart=/bin/web\nType=notify\nSockets=input.socket\n");

        var sentences = SwapAdvice.of(Codec.read(spec, UnitSetSpec.class));

        if (told == null) {
            assertThat(sentences).isEmpty();
        } else {
            assertThat(sentences).singleElement().asString().contains("restarts it instead of swapping it: " + told);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # service                               | update  | slice                             | told
        Type=notify                             | Auto    | MemoryMax=1G;TasksMax=9           |
        Type=notify;PrivateTmp=yes              | Auto    |                                   | PrivateTmp= gives the new process of a swap an empty /tmp
        Type=notify;PrivateTmp=disconnected     | Auto    |                                   | PrivateTmp= gives the new process of a swap an empty /tmp
        Type=notify;PrivateTmp=yes              | Restart |                                   |
        Type=notify;Slice=web.slice             | Auto    | CPUWeight=9;MemoryHigh=infinity   |
        Type=notify;Slice=web.slice             | Auto    | TasksMax=9                        | during a swap both processes count against TasksMax= of web.slice
        """)
    void saysWhatTwoProcessesSideBySideShareAndWhatNot(String service, String update, String slice, String told) {
        var spec = Codec.JSON.createObjectNode();
        spec.putObject("selector");
        var units = spec.putArray("units");
        units.addObject().put("name", "web.socket").put("content", "[Socket]\nListenStream=80\n");
        units.addObject()
                .put("name", "web.slice")
                .put("content", "[Slice]\n" + (slice == null ? "" : slice.replace(';', '\n')) + "\n");
        units.addObject()
                .put("name", "web.service")
                .put("update", update)
                .put("content", "[Service]\nExecStart=/bin/web\n" + service.replace(';', '\n') + "\n");

        var sentences = SwapAdvice.of(Codec.read(spec, UnitSetSpec.class));

        if (told == null) {
            assertThat(sentences).isEmpty();
        } else {
            assertThat(sentences).singleElement().asString().startsWith("web.service: " + told);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # socket                    | template                       | told
        Accept=yes;MaxConnections=9 | CollectMode=inactive-or-failed |
        Accept=no                   |                                |
        Accept=yes                  | CollectMode=inactive-or-failed | lines.socket: MaxConnections= is not set, so from the 65th
        Accept=1;MaxConnections=9   |                                | lines@.service: every connection that ends in a failure leaves
        Accept=on;MaxConnections=9  | CollectMode=inactive           | lines@.service: every connection that ends in a failure leaves
        """)
    void saysWhatAProcessForEachConnectionNeeds(String socket, String template, String told) {
        var spec = Codec.JSON.createObjectNode();
        spec.putObject("selector");
        var units = spec.putArray("units");
        units.addObject()
                .put("name", "lines.socket")
                .put("content", "[Socket]\nListenStream=80\nTriggerLimitBurst=9\n" + socket.replace(';', '\n') + "\n");
        units.addObject()
                .put("name", "lines@.service")
                .put(
                        "content",
                        "[Unit]\n" + (template == null ? "" : template)
                                + "\n[Service]\nExecStart=/bin/lines\nStandardInput=socket\n");

        var sentences = SwapAdvice.of(Codec.read(spec, UnitSetSpec.class));

        if (told == null) {
            assertThat(sentences).isEmpty();
        } else {
            assertThat(sentences).singleElement().asString().startsWith(told);
        }
    }
}
