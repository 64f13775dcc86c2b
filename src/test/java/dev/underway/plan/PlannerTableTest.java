package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What happens on a host that runs one set when the set changes. How sets are written: [Sketch]. `+` is a
/// written path, `-` a removed one; paths of `/etc/systemd/system` are shown without it.
class PlannerTableTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # when                                   | before                                                        | now                                                              | steps
        nothing differs                          | web.service[ExecStart=/a]                                     | web.service[ExecStart=/a]                                        | nothing
        only Description= differs                | web.service[ExecStart=/a]                                     | web.service[ExecStart=/a;Description=b]                          | +web.service, DaemonReload
        resource control differs                 | web.service[ExecStart=/a;CPUWeight=50]                        | web.service[ExecStart=/a;CPUWeight=90]                           | +web.service, DaemonReload
        Restart= differs                         | web.service[ExecStart=/a]                                     | web.service[ExecStart=/a;Restart=always]                         | +web.service, DaemonReload
        a directive nobody knows                 | web.service[ExecStart=/a]                                     | web.service[ExecStart=/a;Frobnicate=1]                           | +web.service, DaemonReload, Restart web.service (dropped)
        an X- directive                          | web.service[ExecStart=/a]                                     | web.service[ExecStart=/a;X-Note=1]                               | +web.service, DaemonReload
        the command differs, no socket           | web.service[ExecStart=/a]                                     | web.service[ExecStart=/b]                                        | +web.service, DaemonReload, Restart web.service (dropped)
        the command differs behind a socket      | web.socket[ListenStream=80] web.service[ExecStart=/a;WantedBy=x.target] | web.socket[ListenStream=80] web.service[ExecStart=/b;WantedBy=x.target] | +web.service, DaemonReload, Restart web.service (queued)
        the command differs, ready by notify     | web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/a;WantedBy=x.target] | web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/b;WantedBy=x.target] | Swap web.service
        a command and what is live               | web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/a;WantedBy=x.target] | web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/b;Restart=always;WantedBy=x.target] | Swap web.service
        ExecReload= does not excuse ExecStart=   | web.service[ExecStart=/a;ExecReload=/r]                       | web.service[ExecStart=/b;ExecReload=/r]                          | +web.service, DaemonReload, Restart web.service (dropped)
        a file, the unit can reload              | web.service[ExecStart=/a;ExecReload=/r] /etc/web/c=1          | web.service[ExecStart=/a;ExecReload=/r] /etc/web/c=2             | +/etc/web/c, Reload web.service
        a file, the unit cannot reload           | web.service[ExecStart=/a] /etc/web/c=1                        | web.service[ExecStart=/a] /etc/web/c=2                           | +/etc/web/c, Restart web.service (dropped)
        a new file                               | web.service[ExecStart=/a;ExecReload=/r]                       | web.service[ExecStart=/a;ExecReload=/r] /etc/web/c=1             | +/etc/web/c, Reload web.service
        a file goes                              | web.service[ExecStart=/a;ExecReload=/r] /etc/web/c=1          | web.service[ExecStart=/a;ExecReload=/r]                          | -/etc/web/c, Reload web.service
        the mode of a file                       | web.service[ExecStart=/a;ExecReload=/r] /etc/web/c=1          | web.service[ExecStart=/a;ExecReload=/r] /etc/web/c(0600)=1       | +/etc/web/c
        a file of restartOn                      | web.service{restartOn=/etc/web}[ExecStart=/a;ExecReload=/r] /etc/web/c=1 | web.service{restartOn=/etc/web}[ExecStart=/a;ExecReload=/r] /etc/web/c=2 | +/etc/web/c, Restart web.service (dropped)
        the environment file                     | web.service[ExecStart=/a;ExecReload=/r;EnvironmentFile=-/etc/e] /etc/e=1 | web.service[ExecStart=/a;ExecReload=/r;EnvironmentFile=-/etc/e] /etc/e=2 | +/etc/e, Restart web.service (dropped)
        the program is an artifact               | web.service[ExecStart=/opt/web/run;ExecReload=/r] /opt/web<-1 | web.service[ExecStart=/opt/web/run;ExecReload=/r] /opt/web<-2    | +/opt/web, Restart web.service (dropped)
        the program is a file                    | web.service[ExecStart=/opt/run;ExecReload=/r] /opt/run=1      | web.service[ExecStart=/opt/run;ExecReload=/r] /opt/run=2         | +/opt/run, Restart web.service (dropped)
        two services, one names the file         | a.service[ExecStart=/a_-c_/etc/a/c] b.service[ExecStart=/b] /etc/a/c=1 | a.service[ExecStart=/a_-c_/etc/a/c] b.service[ExecStart=/b] /etc/a/c=2 | +/etc/a/c, Restart a.service (dropped)
        two services, nobody names the file      | a.service[ExecStart=/a] b.service[ExecStart=/b] /etc/a/c=1    | a.service[ExecStart=/a] b.service[ExecStart=/b] /etc/a/c=2       | +/etc/a/c
        a new pattern acts on nothing            | a.service[ExecStart=/a] b.service[ExecStart=/b] /etc/a/c=1    | a.service{restartOn=/etc/a/*}[ExecStart=/a] b.service[ExecStart=/b] /etc/a/c=1 | nothing
        a drop-in that is a file of the set      | web.service[ExecStart=/a] /etc/systemd/system/web.service.d/n.conf=[Service] | web.service[ExecStart=/a] /etc/systemd/system/web.service.d/n.conf=[X-Ours] | +web.service.d/n.conf, DaemonReload
        a drop-in                                | web.service[ExecStart=/a]                                     | web.service[ExecStart=/a]+10-n.conf[Nice=5]                      | +web.service.d/10-n.conf, DaemonReload, Restart web.service (dropped)
        enablement                               | web.service[ExecStart=/a]                                     | web.service[ExecStart=/a;WantedBy=multi-user.target]             | +multi-user.target.wants/web.service +web.service, DaemonReload
        restartedAt                              | web.service[ExecStart=/a]                                     | web.service[ExecStart=/a] restartedAt=2026-01-01T00:00:00Z       | Restart web.service (dropped)
        update Reload caps                       | web.service{update=Reload}[ExecStart=/a]                      | web.service{update=Reload}[ExecStart=/b]                         | +web.service, DaemonReload, Wait web.service
        update Reload reloads what it can        | web.service{update=Reload}[ExecStart=/a;ExecReload=/r] /c/c=1 | web.service{update=Reload}[ExecStart=/b;ExecReload=/r] /c/c=2    | +/c/c +web.service, DaemonReload, Wait web.service, Reload web.service
        a file, the type reloads                 | web.service[ExecStart=/a;Type=notify-reload] /c/c=1           | web.service[ExecStart=/a;Type=notify-reload] /c/c=2              | +/c/c, Reload web.service
        what systemd stores would be lost        | web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/a;FileDescriptorStoreMax=1;WantedBy=x.target] | web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/b;FileDescriptorStoreMax=1;WantedBy=x.target] | +web.service, DaemonReload, Restart web.service (queued)
        the author says that it may              | web.socket[ListenStream=80] web.service{update=Swap}[Type=notify;ExecStart=/a;FileDescriptorStoreMax=1;WantedBy=x.target] | web.socket[ListenStream=80] web.service{update=Swap}[Type=notify;ExecStart=/b;FileDescriptorStoreMax=1;WantedBy=x.target] | Swap web.service
        update Reload replaces the program       | web.service{update=Reload}[ExecStart=/opt/run;ExecReload=/r] /opt/run=1 | web.service{update=Reload}[ExecStart=/opt/run;ExecReload=/r] /opt/run=2 | +/opt/run, Reload web.service
        update Defer                             | web.service{update=Defer}[ExecStart=/a]                       | web.service{update=Defer}[ExecStart=/b]                          | +web.service, DaemonReload, Wait web.service
        update Swap, for now                     | web.service{update=Swap}[ExecStart=/a]                        | web.service{update=Swap}[ExecStart=/b]                           | +web.service, DaemonReload, Restart web.service (dropped)
        Stopped                                  | web.service[ExecStart=/a;WantedBy=x.target]                   | web.service{state=Stopped}[ExecStart=/a;WantedBy=x.target]       | -x.target.wants/web.service, DaemonReload, Stop web.service (dropped)
        Running again                            | web.service{state=Stopped}[ExecStart=/a]                      | web.service[ExecStart=/a]                                        | Start web.service
        IfRunning while it does not run          | web.service{state=IfRunning}[ExecStart=/a]                    | web.service{state=IfRunning}[ExecStart=/b]                       | +web.service, DaemonReload
        a timer's time                           | t.timer[OnCalendar=daily] t.service[ExecStart=/a]             | t.timer[OnCalendar=weekly] t.service[ExecStart=/a]               | +t.timer, DaemonReload
        a timer's service                        | t.timer[OnCalendar=daily] t.service[ExecStart=/a]             | t.timer[OnCalendar=daily] t.service[ExecStart=/b]                | +t.service, DaemonReload
        a oneshot is done                        | o.service{state=Running}[Type=oneshot;ExecStart=/a]           | o.service{state=Running}[Type=oneshot;ExecStart=/a]              | nothing
        a oneshot, once per change               | o.service{state=Running}[Type=oneshot;ExecStart=/a]           | o.service{state=Running}[Type=oneshot;ExecStart=/b]              | +o.service, DaemonReload, Start o.service
        a oneshot without a state                | o.service[Type=oneshot;ExecStart=/a]                          | o.service[Type=oneshot;ExecStart=/b]                             | +o.service, DaemonReload
        a socket's policy                        | web.socket[ListenStream=80] web.service[ExecStart=/a]         | web.socket[ListenStream=80;MaxConnections=9] web.service[ExecStart=/a] | +web.socket, DaemonReload
        a socket's address, its service idle     | web.socket[ListenStream=80] web.service[ExecStart=/a]         | web.socket[ListenStream=81] web.service[ExecStart=/a]            | +web.socket, Stop web.socket (dropped), DaemonReload, Start web.socket
        a socket's address, its service running  | web.socket[ListenStream=80] web.service{state=Running}[ExecStart=/a] | web.socket[ListenStream=81] web.service{state=Running}[ExecStart=/a] | +web.socket, Stop web.socket (dropped), Stop web.service (dropped), DaemonReload, Start web.socket, Start web.service
        the same, but the service may not stop   | web.socket[ListenStream=80] web.service{state=Running,update=Defer}[ExecStart=/a] | web.socket[ListenStream=81] web.service{state=Running,update=Defer}[ExecStart=/a] | Wait web.socket
        a socket that may not be bound anew      | web.socket{update=Defer}[ListenStream=80] web.service[ExecStart=/a] | web.socket{update=Defer}[ListenStream=81] web.service[ExecStart=/a] | Wait web.socket
        a slice is never stopped                 | app.slice[CPUWeight=50]                                       | app.slice[Slice=b.slice]                                         | +app.slice, DaemonReload
        a unit goes                              | a.service[ExecStart=/a] b.service[ExecStart=/b]               | a.service[ExecStart=/a]                                          | Stop b.service (dropped), -b.service, DaemonReload
        a socket and its service go              | web.socket[ListenStream=80] web.service{state=Running}[ExecStart=/a] /x/f=1 | /x/f=1                                             | Stop web.socket (dropped), Stop web.service (dropped), -web.socket -web.service, DaemonReload
        users before files before directories    | /x/f=1                                                        | /etc/sysusers.d/w.conf=u /etc/tmpfiles.d/w.conf=d /x/f(0640,web)=1 | +/etc/sysusers.d/w.conf, Sysusers, +/etc/tmpfiles.d/w.conf +/x/f, Tmpfiles
        instances of a template                  | x@.service[ExecStart=/a] x@1.service x@2.service              | x@.service[ExecStart=/b] x@1.service x@2.service                 | +x@.service, DaemonReload, Restart x@1.service (dropped), Restart x@2.service (dropped)
        what is needed comes first               | a.service[ExecStart=/a;After=b.service] b.service[ExecStart=/b] | a.service[ExecStart=/c;After=b.service] b.service[ExecStart=/c] | +a.service +b.service, DaemonReload, Restart b.service (dropped), Restart a.service (dropped)
        """)
    void takesTheLeastDisruptiveStepThatIsEnough(String when, String before, String now, String steps) {
        var host = new ModelHost();
        host.converge(new Desired(List.of(Sketch.set(before)), List.of()));

        var desired = new Desired(List.of(Sketch.set(now)), List.of());
        var plan = Planner.plan(desired, host.observe(desired));

        assertThat(Steps.of(plan)).as(when).isEqualTo(steps);
    }
}
