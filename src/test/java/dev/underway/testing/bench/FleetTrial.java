package dev.underway.testing.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Contents;
import dev.underway.model.UnitSetSpec;
import dev.underway.testing.ApiClient;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One UnitSet and its simulated hosts on a real server: changes of it, and what people ask meanwhile.
final class FleetTrial implements AutoCloseable {
    private static final String GROUP = "/apis/underway.dev/v1alpha1";
    private static final String TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1,application/json";
    private static final String[] AS_JSON = {"Content-Type", "application/json"};
    private static final int PAGE = 500;
    private static final int ZONES = 10;
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final long CHECK_MILLIS = 100;

    private final URI server;
    private final Path stateDirectory;
    private final ApiClient api;
    private final String name;
    private final List<JoinedHost> hosts;
    private final double enrolmentsPerSecond;
    private final SimulatedHost.Pace pace;
    private @Nullable SimulatedFleet fleet;
    private int version;

    private FleetTrial(
            URI server,
            Path stateDirectory,
            String name,
            List<JoinedHost> hosts,
            double enrolmentsPerSecond,
            SimulatedHost.Pace pace)
            throws Exception {
        this.server = server;
        this.stateDirectory = stateDirectory;
        this.api = ApiClient.of(server, stateDirectory);
        this.name = name;
        this.hosts = hosts;
        this.enrolmentsPerSecond = enrolmentsPerSecond;
        this.pace = pace;
    }

    /// How a change went, in seconds since its write was answered.
    ///
    /// @param said when the UnitSet's status said so
    record Change(Spread told, Spread well, double said) {}

    /// Enrols `count` hosts by the server's own protocol, with tokens that give them the role `name` and one
    /// of ten zones.
    static FleetTrial of(URI server, Path stateDirectory, String name, int count, SimulatedHost.Pace pace)
            throws Exception {
        var api = ApiClient.of(server, stateDirectory);
        var tokens = new ArrayList<String>();
        for (int zone = 0; zone < ZONES; zone++) {
            var wish = "{\"uses\":%d,\"labels\":{\"role\":\"%s\",\"zone\":\"z%d\"}}".formatted(count, name, zone);
            tokens.add(expect(api.send("POST", "/underway/v1/join-tokens", wish, AS_JSON))
                    .json()
                    .path("token")
                    .asText());
        }
        var names = IntStream.range(0, count)
                .mapToObj("%s-%%05d".formatted(name)::formatted)
                .toList();
        var begin = System.nanoTime();
        var hosts = JoinedHost.join(server, ApiClient.trusting(stateDirectory), tokens, names);
        var perSecond = count / ((System.nanoTime() - begin) / 1e9);
        return new FleetTrial(server, stateDirectory, name, hosts, perSecond, pace);
    }

    /// Every host gets its connection and waits.
    void connect() throws Exception {
        fleet = SimulatedFleet.connect(server, ApiClient.trust(stateDirectory), hosts, pace);
    }

    int hosts() {
        return hosts.size();
    }

    double enrolmentsPerSecond() {
        return enrolmentsPerSecond;
    }

    int lost() {
        return fleet().lost();
    }

    int putOff() {
        return fleet().putOff();
    }

    private SimulatedFleet fleet() {
        return Objects.requireNonNull(fleet, "connect() first");
    }

    /// Gives the UnitSet, which is made at first, another content, and waits until every host runs that and is well.
    Change change(String maxUnavailable) throws Exception {
        return changeWhile(maxUnavailable, () -> Thread.sleep(CHECK_MILLIS));
    }

    /// What is done again and again while a change is under way.
    @FunctionalInterface
    interface Meanwhile {
        void once() throws Exception;
    }

    Change changeWhile(String maxUnavailable, Meanwhile meanwhile) throws Exception {
        var body = unitSet(++version, maxUnavailable);
        var digest = Contents.digest(Contents.of(Codec.read(body.path("spec"), UnitSetSpec.class)));
        long generation = generation(write(body));
        var accepted = System.nanoTime();
        while (fleet().well(digest).count() < hosts()) {
            meanwhile.once();
            if (System.nanoTime() - accepted > LONGEST.toNanos()) {
                throw new IllegalStateException("only %d of %d hosts were told, and %d are well: %s"
                        .formatted(
                                fleet().told(digest).count(),
                                hosts(),
                                fleet().well(digest).count(),
                                status()));
            }
        }
        while (!saysThatAllAreWell(generation)) {
            Thread.sleep(CHECK_MILLIS);
            if (System.nanoTime() - accepted > LONGEST.toNanos()) {
                throw new IllegalStateException("the UnitSet does not say that all are well: " + status());
            }
        }
        var said = (System.nanoTime() - accepted) / 1e9;
        return new Change(
                fleet().told(digest).since(accepted), fleet().well(digest).since(accepted), said);
    }

    private ApiClient.Answer write(ObjectNode body) throws Exception {
        return version == 1
                ? expect(api.send("POST", sets(), body.toString(), AS_JSON))
                : expect(api.send(
                        "PATCH", sets() + "/" + name, body.toString(), "Content-Type", "application/merge-patch+json"));
    }

    private ObjectNode unitSet(int version, String maxUnavailable) throws IOException {
        return (ObjectNode) Codec.JSON.readTree("""
                {"apiVersion":"underway.dev/v1alpha1","kind":"UnitSet","metadata":{"name":"%1$s"},
                 "spec":{"selector":{"matchLabels":{"role":"%1$s"}},"rollout":{"maxUnavailable":"%3$s"},
                         "units":[{"name":"bench.service","content":"[Service]\\nExecStart=/bin/sleep %2$d\\n"}]}}
                """.formatted(name, 1000 + version, maxUnavailable));
    }

    private static String sets() {
        return GROUP + "/namespaces/default/unitsets";
    }

    private static long generation(ApiClient.Answer answer) {
        return answer.json().at("/metadata/generation").asLong();
    }

    private JsonNode status() throws Exception {
        return expect(api.get(sets() + "/" + name)).json().path("status");
    }

    private boolean saysThatAllAreWell(long generation) throws Exception {
        var status = status();
        return status.path("observedGeneration").asLong() >= generation
                && status.path("updated").asInt() == hosts()
                && status.path("healthy").asInt() == hosts();
    }

    /// All hosts in one answer, as a Table.
    ApiClient.Answer listHosts() throws Exception {
        return table("/hosts");
    }

    /// One page of `get assignments -l underway.dev/unitset=…` as kubectl asks for it; `from` is empty for the first.
    ApiClient.Answer listAssignments(String from) throws Exception {
        return assignments(
                "unitset",
                name + (from.isEmpty() ? "" : "&continue=" + URLEncoder.encode(from, StandardCharsets.UTF_8)));
    }

    /// `get assignments -l underway.dev/host=…` of one host in the middle.
    ApiClient.Answer listAssignmentsOfOneHost() throws Exception {
        return assignments("host", hosts.get(hosts() / 2).name());
    }

    private ApiClient.Answer assignments(String label, String value) throws Exception {
        return table("/namespaces/default/assignments?limit=" + PAGE + "&labelSelector=underway.dev%2F" + label + "%3D"
                + value);
    }

    private ApiClient.Answer table(String path) throws Exception {
        return expect(api.send("GET", GROUP + path, "", "Accept", TABLE));
    }

    /// What continues a list; empty at its end.
    static String next(ApiClient.Answer table) {
        return table.json().at("/metadata/continue").asText();
    }

    private static ApiClient.Answer expect(ApiClient.Answer answer) {
        if (answer.code() / 100 != 2) {
            throw new IllegalStateException("answered " + answer.code() + ": " + answer.body());
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        if (fleet != null) {
            fleet.close();
        }
    }
}
