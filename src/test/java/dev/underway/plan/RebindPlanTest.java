package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Codec;
import dev.underway.model.Contents;
import dev.underway.model.Digests;
import dev.underway.model.Manifests;
import dev.underway.model.Manifests.ManifestException;
import dev.underway.model.UnitSetSpec;
import dev.underway.plan.Desired.DesiredSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is planned when the addresses of a socket change, pass by pass until nothing is left to do.
class RebindPlanTest {
    private final ModelHost host = new ModelHost();

    private static Desired web(String socket, String more) {
        return web(socket, more, "");
    }

    private static Desired web(String socket, String more, String service) {
        try {
            var spec = Codec.read(
                    Manifests.read("""
                        selector: {}
                        units:
                        - name: web.socket
                          content: |
                            [Socket]
                        %s
                            [Install]
                            WantedBy=sockets.target
                        - name: web.service
                          content: |
                            [Service]
                            Type=notify
                            ExecStart=/bin/web
                            %s
                            [Install]
                            WantedBy=x.target
                        %s
                        """.formatted(
                                            socket.replace("; ", "\n").indent(4).stripTrailing(), service, more))
                            .getFirst()
                            .body(),
                    UnitSetSpec.class);
            var content = Contents.of(spec);
            return new Desired(
                    List.of(new DesiredSet(
                            new SetId("default", "web"),
                            "uid",
                            Instant.EPOCH,
                            "web-" + Digests.sha256(content.toString()).substring(0, 10),
                            Contents.digest(content),
                            content,
                            Contents.policy(spec))),
                    List.of());
        } catch (ManifestException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What is done to units, pass by pass.
    private List<String> passes(Desired desired) {
        var all = new ArrayList<String>();
        for (int i = 0; i < 6; i++) {
            var plan = Planner.plan(desired, host.observe(desired));
            if (plan.isEmpty()) {
                return all;
            }
            all.add(String.join(", ", Steps.ofUnits(plan)));
            host.converge(desired);
        }
        throw new AssertionError("it never ends: " + all);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # before                                | after                                                   | passes
        ListenStream=80                         | ListenStream=80; ListenStream=81                        | Swap web.service
        ListenStream=80; ListenStream=81        | ListenStream=80                                         | Swap web.service / Swap web.service
        ListenStream=80; ListenStream=81        | ListenStream=81; ListenStream=80                        |
        ListenStream=80                         | ListenStream=81                                         | Swap web.service / Swap web.service
        ListenStream=80; ListenStream=81        | ListenStream=80; ListenStream=82                        | Swap web.service / Swap web.service
        ListenStream=/run/a                     | ListenStream=/run/a; ListenDatagram=/run/b              | Swap web.service
        ListenStream=127.0.0.1:80               | ListenStream=80                                         | Stop web.socket, Stop web.service, Start web.socket, Start web.service
        ListenStream=80                         | ListenStream=80; Backlog=9                              | Adjust web.socket
        ListenStream=80; Backlog=9              | ListenStream=80                                         | Adjust web.socket
        ListenStream=80                         | ListenStream=80; ListenStream=81; Backlog=9             | Swap web.service, Adjust web.socket
        ListenStream=80                         | ListenStream=81; SocketMode=0600                        | Swap web.service, Adjust web.socket / Swap web.service
        ListenStream=80                         | ListenStream=80; KeepAliveTimeSec=9                     | Adjust web.socket
        ListenStream=80; KeepAliveTimeSec=9     | ListenStream=80                                         | Adjust web.socket
        ListenStream=80                         | ListenStream=80; Priority=6                             | Adjust web.socket
        ListenStream=80                         | ListenStream=80; Priority=7                             | Stop web.socket, Stop web.service, Start web.socket, Start web.service
        ListenStream=80                         | ListenStream=80; FreeBind=yes                           | Stop web.socket, Stop web.service, Start web.socket, Start web.service
        ListenStream=80                         | ListenStream=80; ListenStream=81; FreeBind=yes          | Stop web.socket, Stop web.service, Start web.socket, Start web.service
        ListenStream=0.0.0.0:80                 | ListenStream=0.0.0.0:80; ListenStream=[::]:80; BindIPv6Only=ipv6-only  | Swap web.service
        ListenStream=0.0.0.0:80                 | ListenStream=0.0.0.0:80; ListenStream=[::]:80           | Stop web.socket, Stop web.service, Start web.socket, Start web.service
        ListenStream=[::]:80; BindIPv6Only=ipv6-only  | ListenStream=[::]:80; ListenStream=127.0.0.1:80; BindIPv6Only=ipv6-only | Swap web.service
        ListenStream=[::]:80; BindIPv6Only=ipv6-only  | ListenStream=[::]:80; ListenStream=[::]:81        | Stop web.socket, Stop web.service, Start web.socket, Start web.service
        ListenStream=0.0.0.0:80                 | ListenStream=0.0.0.0:80; ListenStream=[::1]:80          | Swap web.service
        ListenStream=[::]:80                    | ListenStream=[::]:80; ListenStream=[::1]:80             | Stop web.socket, Stop web.service, Start web.socket, Start web.service
        """)
    void isPlanned(String before, String after, String expected) {
        passes(web(before, ""));

        var passes = passes(web(after, ""));

        assertThat(String.join(" / ", passes.stream().filter(p -> !p.isEmpty()).toList()))
                .isEqualTo(expected == null ? "" : expected);
    }

    /// The reason says what stood in the way, and what to do about it.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # before                | after                                          | the service   | objection
        ListenStream=0.0.0.0:80 | ListenStream=80                                |               | ListenStream=80 cannot be opened while there is ListenStream=0.0.0.0:80; to add IPv6 let the old line be, and add BindIPv6Only=ipv6-only and the new address as [::]:PORT
        ListenStream=80         | ListenStream=80; ListenStream=81; FreeBind=yes |               | FreeBind= cannot be changed on an open socket
        ListenStream=80         | ListenStream=81; RemoveOnStop=yes              |               | RemoveOnStop= would be done for each address by itself
        ListenStream=80         | ListenStream=81                                | PIDFile=/run/x | web.service cannot be swapped: Type=forking and PIDFile=
        """)
    void whatIsBoundAnewSaysWhy(String before, String after, String more, String objection) {
        var service = more == null ? "" : more;
        passes(web(before, "", service));

        var plan = planned(web(after, "", service));

        assertThat(plan.steps())
                .filteredOn(
                        step -> step instanceof Step.Stop stop && stop.unit().equals("web.socket"))
                .singleElement()
                .satisfies(stop -> assertThat(stop.because()).contains("; bound anew: " + objection));
    }

    /// What changes is changed at every address, whoever holds it.
    @Test
    void anAdjustmentNamesAllThatChangesAndAllAddresses() {
        passes(web("ListenStream=80; ListenStream=/run/%p; NoDelay=yes; Backlog=7; Priority=1", ""));

        var plan = planned(web("ListenStream=80; ListenStream=/run/%p; NoDelay=yes; Backlog=9; SocketUser=x", ""));

        assertThat(plan.steps())
                .filteredOn(Step.Adjust.class::isInstance)
                .singleElement()
                .isEqualTo(new Step.Adjust(
                        "web.socket",
                        Set.of("ListenStream=80", "ListenStream=/run/web"),
                        Map.of("Backlog", "9", "Priority", "", "SocketGroup", "", "SocketUser", "x"),
                        "Backlog= 7 → 9, Priority= 1 → (unset), SocketUser= (unset) → x"));
    }

    /// The agent was killed, or could not adjust what is open, when the swap was done.
    @Test
    void aSwapThatWasDoneIsNotDoneAgainForAnAdjustmentThatWasNot() {
        passes(web("ListenStream=80", ""));
        var before = host.inventory.runs().get("web.socket");
        var after = web("ListenStream=80; ListenStream=81; Backlog=9", "");
        host.converge(after);
        var runs = new TreeMap<>(host.inventory.runs());
        runs.put("web.socket", before);
        host.inventory = host.inventory.running(runs);

        assertThat(passes(after)).containsExactly("Adjust web.socket");
    }

    /// Whatever cannot be found from outside of systemd is bound anew.
    @ParameterizedTest
    @ValueSource(strings = {"vsock::1234", "%H:80", "/run/%h/x", "[::1]:%i"})
    void whatTheTextAloneDoesNotTellIsNotAdjusted(String address) {
        passes(web("ListenStream=" + address, ""));

        assertThat(passes(web("ListenStream=" + address + "; Backlog=9", "")).getFirst())
                .contains("Stop web.socket", "Start web.socket");
    }

    @Test
    void aPriorityThatIsNotTheAgentsToSetIsLeftAsItIs() {
        passes(web("ListenStream=80; Priority=7", ""));

        assertThat(planned(web("ListenStream=80; Priority=7; Backlog=9", "")).steps())
                .filteredOn(Step.Adjust.class::isInstance)
                .singleElement()
                .satisfies(
                        step -> assertThat(((Step.Adjust) step).settings()).containsExactly(Map.entry("Backlog", "9")));
    }

    /// The kernel lets systemd open it once more beside the one that the process alone has.
    @Test
    void anAddressThatIsLostIsOpenedOnceMoreWhereItsSocketAllowsThat() {
        passes(web("ListenStream=80; ListenStream=90; ReusePort=yes", ""));
        host.converge(web("ListenStream=81; ListenStream=90; ReusePort=yes", ""));

        var passes = passes(web("ListenStream=80; ListenStream=90; ReusePort=yes", ""));

        assertThat(passes).first().isEqualTo("Swap web.service");
        assertThat(passes).noneMatch(pass -> pass.contains("web.socket"));
    }

    @Test
    void aBridgeThatWasStoppedIsMadeOnceMoreWhereItsSocketAllowsThat() {
        passes(web("ListenStream=80; ReusePort=yes", ""));
        passes(web("ListenStream=80; ListenStream=81; ReusePort=yes", ""));
        host.processes.keySet().removeIf(unit -> unit.startsWith("web-") && unit.endsWith(".socket"));

        var plan = planned(web("ListenStream=80; ListenStream=81; ReusePort=yes", ""));

        assertThat(plan.steps())
                .filteredOn(Step.Swap.class::isInstance)
                .singleElement()
                .satisfies(swap -> assertThat(swap.because())
                        .contains("web.socket: systemd does not hold ListenStream=81 any more"));
    }

    /// Else nobody would ever take it away, and the socket could not be bound anew while it is there.
    @Test
    void aBridgeIsFoundAgainWhenTheInventoryIsLost() {
        passes(web("ListenStream=80; ListenStream=90", ""));
        passes(web("ListenStream=80; ListenStream=90; ListenStream=%t/81", ""));
        host.inventory = Inventory.EMPTY;

        assertThat(passes(web("ListenStream=80; ListenStream=90; ListenStream=%t/81", "")))
                .noneMatch(pass -> pass.contains("web"));
        assertThat(host.processes.keySet()).anyMatch(unit -> unit.matches("web-.*socket"));

        passes(web("ListenStream=80; ListenStream=90", ""));

        assertThat(host.processes.keySet()).noneMatch(unit -> unit.matches("web-.*socket"));
        assertThat(host.disk.keySet()).noneMatch(path -> path.startsWith("/run/systemd/system/web-"));
    }

    private Plan planned(Desired desired) {
        return Planner.plan(desired, host.observe(desired));
    }

    /// Between the two swaps of a change the process alone has the old address: who wants it back gets it, with a gap.
    @Test
    void anAddressThatComesBackTooEarlyIsBoundAnew() {
        passes(web("ListenStream=80; ListenStream=90", ""));
        host.converge(web("ListenStream=81; ListenStream=90", ""));

        var passes = passes(web("ListenStream=80; ListenStream=90", ""));

        assertThat(passes.getFirst()).contains("Stop web.socket", "Stop web.service", "Start web.socket");
    }

    @Test
    void aBridgeThatWasStoppedIsALostSocket() {
        passes(web("ListenStream=80", ""));
        passes(web("ListenStream=80; ListenStream=81", ""));
        host.processes.keySet().removeIf(unit -> unit.startsWith("web-") && unit.endsWith(".socket"));

        var passes = passes(web("ListenStream=80; ListenStream=81; ListenStream=82", ""));

        assertThat(passes.getFirst()).contains("Stop web.socket", "Start web.socket");
    }

    /// The new process must be a new one, and not what the name stood for.
    @Test
    void aServiceThatChangesWhileABridgeOfItIsDownIsStartedAnew() {
        passes(web("ListenStream=80", ""));
        passes(web("ListenStream=80; ListenStream=81", ""));
        host.processes.keySet().removeIf(unit -> unit.startsWith("web-") && unit.endsWith(".socket"));
        var changed = web("ListenStream=80; ListenStream=81", "", "Nice=5");

        assertThat(passes(changed).getFirst()).contains("Stop web.socket", "Start web.socket");
        assertThat(Stale.of(host, changed)).isEmpty();
    }

    /// All of it was bound by its own file then, as after a boot.
    @Test
    void aSocketThatWasStartedAnewByHandNeedsNoBridge() {
        passes(web("ListenStream=80", ""));
        passes(web("ListenStream=80; ListenStream=81", ""));
        host.processes.keySet().removeIf(unit -> unit.startsWith("web-"));
        host.processes.remove("web.socket");
        host.start("web.socket");
        host.start("web.service");

        assertThat(passes(web("ListenStream=80; ListenStream=81", "")))
                .noneMatch(pass -> pass.contains("Stop") || pass.contains("Swap"));
    }

    /// Its text is that of its template, which nothing of ours changes for one of its sockets.
    @Test
    void aSocketMadeFromATemplateIsBoundOnceAndWhenItsAddressChanges() {
        var set =
                "echo@.socket[ListenStream=%i] echo@.service[ExecStart=/a;Type=notify] echo@80.socket echo@80.service";
        var now = new Desired(List.of(Sketch.set(set)), List.of());
        passes(now);

        assertThat(planned(now).isEmpty()).isTrue();

        var plan = planned(new Desired(List.of(Sketch.set(set.replace("%i", "127.0.0.1:%i"))), List.of()));
        assertThat(Steps.ofUnits(plan)).contains("Stop echo@80.socket", "Start echo@80.socket");
    }

    /// systemd is given the specifier as the author wrote it.
    @Test
    void aSpecifierStaysOne() {
        passes(web("ListenStream=80", ""));
        passes(web("ListenStream=80; ListenStream=%t/web.sock", ""));

        assertThat(host.disk.entrySet())
                .filteredOn(file -> file.getKey().startsWith("/run/systemd/system/web-"))
                .singleElement()
                .satisfies(file -> assertThat(((PathState.Regular) file.getValue()).text())
                        .contains("ListenStream=%t/web.sock\n"));
    }

    /// Which of the two would get the new one could not be said.
    @Test
    void aSocketOfTwoServicesIsBoundAnew() {
        var other = """
            - name: other.service
              content: |
                [Service]
                Type=notify
                Sockets=web.socket
                ExecStart=/bin/other
                [Install]
                WantedBy=x.target
            """;
        passes(web("ListenStream=80", other));

        var passes = passes(web("ListenStream=80; ListenStream=81", other));

        assertThat(passes.getFirst()).contains("Stop web.socket", "Stop other.service", "Start web.socket");
    }

    @Test
    void anAddressThatComesBackAndASetThatGoesLeaveNothing() {
        passes(web("ListenStream=80", ""));
        passes(web("ListenStream=80; ListenStream=81", ""));
        passes(web("ListenStream=80", ""));
        passes(web("ListenStream=80; ListenStream=81", ""));
        assertThat(host.disk.keySet()).anyMatch(path -> path.startsWith("/run/systemd/system/web-"));

        passes(new Desired(List.of(), List.of(new Desired.RemovedSet(new SetId("default", "web"), false))));

        assertThat(host.disk.keySet()).noneMatch(path -> path.contains("web"));
        assertThat(host.processes).isEmpty();
    }

    /// A bridge would have the address that the socket itself is about to bind.
    @Test
    void bridgesMakeWayForASocketThatIsBoundAnew() {
        passes(web("ListenStream=80", ""));
        passes(web("ListenStream=80; ListenStream=81", ""));

        var passes = passes(web("ListenStream=80; ListenStream=81; FreeBind=yes", ""));

        assertThat(passes.getFirst()).contains("Stop web-").contains("Start web.socket");
        assertThat(host.disk.keySet()).noneMatch(path -> path.startsWith("/run/systemd/system/web-"));
    }
}
