package dev.underway.model;

/// Small unit files, judged by us and by the machine's systemd: `\\n` stands for a line end, the unit's name is what
/// the
/// judgement depends on.
final class UnitTexts {
    /// systemd does not load these, or ignores a line of them with a warning.
    static final String REFUSED = """
            # unit      | text                                                    | what the message says
            a.service   | [Service]\\nExecStart=/bin/a\\nnonsense                 | line 3: missing '='
            a.service   | [Unit]\\nDescription=a                                  | refuses a service without ExecStart=
            a.service   | [Service]\\nType=oneshot                                | refuses a service without ExecStart=
            a.service   | [Service]\\nType=oneshot\\nRemainAfterExit=yes          | refuses a service without ExecStart=
            a.service   | [Service]\\nExecStart=/a\\nExecStart=/b                 | several ExecStart=
            a.service   | [Service]\\nExecStart=/a\\nType=fork                    | no type of systemd.service(5)
            a.service   | [Service]\\nExecStart=/a\\nType=dbus                    | without BusName=
            a.service   | [Service]\\nExecStart=/a\\nRestart=yes                  | Restart=yes is none of always, no
            a.service   | [Service]\\nExecStart=/a\\nType=oneshot\\nRestart=always | Restart=always with Type=oneshot
            a.service   | [Service]\\nExecStart=bin/a                             | neither an absolute path nor a name
            a.service   | [Service]\\nExecStart=/a\\n[Sevice]\\nUser=b            | line 4: systemd ignores the section [Sevice]
            a.socket    | [Socket]\\nAccept=yes                                   | without a directive such as ListenStream=8080
            a.socket    | [Socket]\\nAccept=yes\\nListenStream=1\\nService=b.service | remove Service= or Accept=
            a.socket    | [Service]\\nExecStart=/a\\n[Socket]\\nListenStream=1    | systemd ignores the section [Service] in a socket
            a.timer     | [Timer]\\nPersistent=yes                                | such as OnCalendar=daily
            a.path      | [Path]\\nUnit=b.service                                 | such as PathChanged=
            a.mount     | [Mount]\\nWhere=/a                                      | such as What=
            a.target    | [Target]\\nA=b                                          | systemd ignores the section [Target]
            """;

    /// systemd loads these and would only fail to enable them.
    static final String REFUSED_LINKS = """
            a.target    | [Install]\\nWantedBy=multi-user                         | is not a unit name
            a.target    | [Install]\\nAlso=b.service                              | list it in spec.units instead
            a.target    | [Install]\\nAlias=b.service                             | must end in .target
            """;

    static final String ACCEPTED = """
            # unit      | text
            a.service   | [Service]\\nExecStart=a
            a.service   | [Service]\\nExecStart=-@/bin/a b c
            a.service   | [Service]\\nExecStart=\\nExecStart=/b
            a.service   | [Service]\\nType=oneshot\\nExecStart=/a\\nExecStart=/b
            a.service   | [Service]\\nType=oneshot\\nRemainAfterExit=1\\nExecStop=/a
            a.service   | [Service]\\nExecStart=/a\\nBusName=a.b
            a.service   | [Unit]\\nSuccessAction=exit
            a.service   | [Service]\\nRemainAfterExit=yes\\nExecStop=/a
            a@.service  | [Service]\\nExecStart=/a %i
            a@b.service | [Service]\\nExecStart=/a
            a.service   | [Service]\\nExecStart=/a\\n[X-Mine]\\nA=b\\n[Install]\\nAlias=b.service
            a.target    | [Unit]\\nDescription=a
            a.slice     | [Slice]\\nCPUWeight=5
            a.socket    | [Socket]\\nListenStream=%t/a\\nAccept=yes
            """;

    private UnitTexts() {}
}
