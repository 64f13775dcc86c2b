package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.testing.HostLoad;
import dev.underway.testing.Program;
import dev.underway.testing.Program.Ended;
import dev.underway.testing.TestHost;
import dev.underway.testing.WorkingCopy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// The example repository pushed with the real git to the real server, and three booted hosts that follow, under load.
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GitOpsTest {
    private static final Path EXAMPLE = Path.of("crd-examples/gitops");
    private static final String GREETER = "fleet/shop/greeter.yaml";
    private static final List<String> LIGHT = List.of("new:2:0", "kept:2:0");

    @AutoClose
    private static final Fleet fleet = Fleet.of(3);

    @TempDir
    static Path directory;

    private static WorkingCopy copy;

    @BeforeAll
    static void pushTheExample() throws Exception {
        var applied = fleet.server()
                .kubectl()
                .run(
                        "apply",
                        "-f",
                        EXAMPLE.resolve("source.yaml").toAbsolutePath().toString());
        assertThat(applied.exit()).as(applied.err()).isZero();
        var token = fleet.server()
                .kubectl()
                .run("config", "view", "--raw", "--minify", "-o", "jsonpath={.users[0].user.token}")
                .out();
        var url = fleet.server().url().replace("https://", "https://admin:" + token + "@") + "/git/default/fleet.git";
        copy = WorkingCopy.of(
                directory.resolve("copy"), url, fleet.server().stateDirectory().resolve("ca.pem"));
        Program.of("cp", "-r", EXAMPLE + "/.", copy.directory().toString())
                .run()
                .orFail();
        copy.with(GREETER, fleet.inGroup(greeter().replace("{role: web}", "{fleet: GROUP}")));

        assertThat(copy.commitAndPush("the example", "wait").orFail().errors())
                .contains(
                        "remote: namespace/shop: is made", "remote: unitset/greeter in shop: is made", "remote: done");
    }

    private static String greeter() throws Exception {
        return Files.readString(copy.directory().resolve(GREETER));
    }

    private static Ended greet(String greeting, String... options) throws Exception {
        copy.with(GREETER, greeter().replaceFirst("GREETING=.*", "GREETING=" + greeting));
        return copy.commitAndPush("greet with " + greeting, options);
    }

    private static String answer(TestHost host) {
        return host.exec("curl", "-s", "http://127.0.0.1:8081/").replaceAll(" .*\\s", "");
    }

    @Test
    @Order(1)
    void aPushSwapsOnEveryHostAndDropsNothing() throws Exception {
        var loads = new ArrayList<HostLoad>();
        fleet.hosts().forEach(host -> loads.add(HostLoad.on(host, 8081, LIGHT)));
        loads.forEach(HostLoad::during);

        var pushed = greet("hi", "wait").orFail();

        long requests = 0;
        for (var load : loads) {
            load.between();
            var counted = load.stop();
            load.close();
            assertThat(counted.failed())
                    .describedAs(counted.report().toPrettyString())
                    .isZero();
            assertThat(counted.answered("during")).isPositive();
            requests += counted.requests();
        }
        System.out.printf("a push to %d hosts: %d requests, 0 failed%n", loads.size(), requests);
        assertThat(pushed.errors())
                .contains("forecast: 3 hosts would swap greeter.service", "remote: applied ", "remote: done");
        assertThat(fleet.hosts()).extracting(GitOpsTest::answer).containsOnly("hi");
    }

    @Test
    @Order(2)
    void aPushThatFailsOnTheHostsSaysSoAndTheHostsGoBack() throws Exception {
        copy.with(GREETER, greeter().replace("ExecStart=/opt/greeter/greeter", "ExecStart=/bin/false"));

        var pushed = copy.commitAndPush("a mistake", "wait");

        assertThat(pushed.errors()).contains("remote: FAILED: see underway status");
        assertThat(fleet.hosts()).extracting(GitOpsTest::answer).containsOnly("hi");
        copy.git("revert", "--no-edit", "HEAD").orFail();
        assertThat(copy.push("wait").errors()).contains("remote: done");
        assertThat(fleet.hosts()).extracting(GitOpsTest::answer).containsOnly("hi");
    }

    @Test
    @Order(3)
    void aHostTellsWhoChangedIt() {
        var commit = copy.git("rev-parse", "HEAD~2").orFail().output().substring(0, 7);

        assertThat(fleet.server()
                        .kubectl()
                        .run(
                                "describe",
                                "asn",
                                "-n",
                                "shop",
                                "greeter." + fleet.host().name())
                        .out())
                .contains("(commit " + commit + " by Ann <ann@example.com>)");
    }

    @Test
    @Order(4)
    void theCommandPrintsHowToCloneIt() {
        var commands = fleet.server().underway("git-setup", "fleet");
        var clone = commands.lines()
                .filter(line -> line.startsWith("git clone "))
                .findFirst()
                .orElseThrow()
                .replace(
                        "!underway git-credential",
                        "!" + Path.of("deploy/underway").toAbsolutePath() + " git-credential");

        Program.of("sh", "-c", "cd '" + directory + "' && unset GIT_SSL_CAINFO && " + clone)
                .where("KUBECONFIG", fleet.server().kubeconfig().toString())
                .where("GIT_TERMINAL_PROMPT", "0")
                .where("GIT_CONFIG_GLOBAL", "/dev/null")
                .run()
                .orFail();

        assertThat(directory.resolve("fleet").resolve(GREETER)).exists();
    }

    @Test
    @Order(5)
    void whatGoesFromTheRepositoryGoesFromTheHosts() {
        copy.without("fleet/shop");

        assertThat(copy.commitAndPush("no shop", "allow-prune").orFail().errors())
                .contains("unitset/greeter in shop: is removed from 3 hosts, with its units and files");

        await().atMost(Duration.ofSeconds(60))
                .until(() -> fleet.hosts().stream()
                        .allMatch(host -> host.exec("systemctl", "show", "-P", "LoadState", "greeter.socket")
                                .equals("not-found\n")));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> fleet.server()
                        .kubectl()
                        .run("get", "ns", "shop", "--ignore-not-found")
                        .out()
                        .isEmpty());
    }
}
