package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `RefreshOnReload=` of systemd.service(5): credentials are passed anew at a reload, where systemd knows it (260).
class RefreshPlanTest {
    private final ModelHost host = new ModelHost();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # before and now, where 1 becomes 2                                                                             | steps
        a.service[ExecStart=/a;LoadCredential=k:/c/k;RefreshOnReload=credentials] /c/k=1                                 | Reload: /c/k changed; systemd passes it its credentials anew on reload
        a.service[ExecStart=/a;LoadCredential=k:/c/k;RefreshOnReload=yes] /c/k=1                                         | Reload: /c/k changed; systemd passes it its credentials anew on reload
        a.service[ExecStart=/a;LoadCredential=k:/c/d;RefreshOnReload=extensions_credentials] /c/d/k=1                      | Reload: /c/d/k changed; systemd passes it its credentials anew on reload
        a.service[ExecStart=/a;LoadCredentialEncrypted=k:/c/k;RefreshOnReload=credentials;ExecReload=/r] /c/k=1          | Reload: /c/k changed; systemd passes it its credentials anew on reload
        a.service[ExecStart=/a;SetCredential=k:1;RefreshOnReload=credentials]                                            | Reload: SetCredential= changed; systemd passes it its credentials anew on reload
        a.service[ExecStart=/a;LoadCredential=k:/c/k;RefreshOnReload=credentials;ExecReload=/r] /c/k=1 /c/other=1        | Reload: /c/k changed, /c/other changed; systemd passes it its credentials anew on reload
        a.service{update=Reload}[ExecStart=/a;LoadCredential=k:/c/k;RefreshOnReload=credentials] /c/k=1                  | Reload: /c/k changed; systemd passes it its credentials anew on reload

        # the process is told nothing, or reads more than its credentials
        a.service[ExecStart=/a;LoadCredential=k:/c/k;RefreshOnReload=credentials] /c/k=1 /c/other=1                      | Restart: /c/other changed
        a.service[ExecStart=/a_--key_/c/k;LoadCredential=k:/c/k;RefreshOnReload=credentials] /c/k=1                      | Restart: /c/k changed
        a.service[ExecStart=/a;EnvironmentFile=/c/k;LoadCredential=k:/c/k;RefreshOnReload=credentials] /c/k=1            | Restart: /c/k changed
        a.service{restartOn=/c/k}[ExecStart=/a;LoadCredential=k:/c/k;RefreshOnReload=credentials] /c/k=1                 | Restart: /c/k changed
        a.service[ExecStart=/a;Environment=E=1;LoadCredential=k:/c/k;RefreshOnReload=credentials] /c/k=1                 | Restart: Environment= changed

        # it does not ask for it
        a.service[ExecStart=/a;LoadCredential=k:/c/k;RefreshOnReload=extensions] /c/k=1                                  | Restart: /c/k changed
        a.service[ExecStart=/a;LoadCredential=k:/c/k;RefreshOnReload=no;ExecReload=/r] /c/k=1                            | Restart: /c/k changed
        a.service[ExecStart=/a;LoadCredential=k:/c/k;RefreshOnReload=~credentials] /c/k=1                                | Restart: /c/k changed
        a.service[ExecStart=/a;LoadCredential=k:/c/k;ExecReload=/r] /c/k=1                                               | Restart: /c/k changed
        """)
    void aReloadTakesCredentialsWhereItSaysSo(String before, String steps) {
        assertThat(planned(before, changed(before), true)).isEqualTo(steps);
    }

    /// `k:1`, `E=1` and the contents of files.
    private static String changed(String before) {
        return before.replace("k:1", "k:2").replace("E=1", "E=2").replaceAll("(/c/[a-z/]+)=1", "$1=2");
    }

    private String planned(String before, String now, boolean known) {
        return OtherSystemd.steps(host, before, now, unit -> OtherSystemd.of(unit, unit.canReload(), known));
    }

    @Test
    void anOlderSystemdPassesThemAtAStartOnlyAndThePlanSaysSo() {
        var before = "a.service[ExecStart=/a;LoadCredential=k:/c/k;RefreshOnReload=credentials;ExecReload=/r] /c/k=1";

        assertThat(planned(before, changed(before), false))
                .isEqualTo("Restart: /c/k changed; the systemd of this host does not know RefreshOnReload=, and passes"
                        + " credentials at a start only");
    }

    /// What was started without any credential has no place for one, and what asked for no refresh was set up without.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ExecStart=/a;RefreshOnReload=credentials                                   | ExecStart=/a;RefreshOnReload=credentials;LoadCredential=k:/c/k   | Restart
        ExecStart=/a;LoadCredential=k:/c/k                                         | ExecStart=/a;LoadCredential=k:/d;RefreshOnReload=credentials     | Restart
        ExecStart=/a;LoadCredential=k:/c/k;RefreshOnReload=credentials             | ExecStart=/a;RefreshOnReload=credentials                         | Restart
        ExecStart=/a;LoadCredential=k:/c/k;RefreshOnReload=credentials             | ExecStart=/a;LoadCredential=l:/c/k;RefreshOnReload=yes           | Reload
        """)
    void aTextIsTakenByAReloadWhereTheProcessWasStartedWithCredentials(String before, String now, String step) {
        assertThat(planned("a.service[" + before + "]", "a.service[" + now + "]", true))
                .startsWith(step + ": ");
    }

    /// An instance has copies of its own: the next one gets others.
    @Test
    void whatIsSwappedGetsThemWithTheNextInstance() {
        var before = "a.socket[ListenStream=80] a.service[Type=notify;ExecStart=/a;LoadCredential=k:/c/k;"
                + "RefreshOnReload=credentials;WantedBy=x.target] /c/k=1";

        assertThat(planned(before, changed(before), true)).startsWith("Swap: /c/k changed");
    }
}
