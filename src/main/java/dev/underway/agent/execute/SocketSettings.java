package dev.underway.agent.execute;

import dev.underway.agent.execute.SocketChange.Mode;
import dev.underway.agent.execute.SocketChange.Option;
import dev.underway.agent.execute.SocketChange.Ownership;
import dev.underway.agent.execute.SocketChange.Queue;
import dev.underway.agent.host.Accounts;
import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.SocketOption;
import dev.underway.model.unitfile.BooleanWord;
import dev.underway.model.unitfile.TimeSpan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What settings of `[Socket]` mean to the kernel, as systemd.socket(5) and `socket_apply_socket_options` of
/// systemd have it. An empty value is one that is not set.
final class SocketSettings {
    private static final Pattern NUMBER = Pattern.compile("0[xX][0-9a-fA-F]{1,8}|0[0-7]{0,11}|[1-9][0-9]{0,9}");
    private static final Pattern OCTAL = Pattern.compile("[0-7]{1,5}");
    private static final long LARGEST_WITHOUT_SIGN = 0xffff_ffffL;
    private static final int PERMISSIONS = 0777;

    private final HostRoot root;

    /// A value that systemd does not take either; the message says which.
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        Unusable(String message) {
            super(message);
        }
    }

    SocketSettings(HostRoot root) {
        this.root = root;
    }

    /// Throws Unusable for values that systemd would ignore or not start the socket with, and IOException when
    /// the host cannot be asked for what holds where nothing is set.
    ///
    /// @param settings by directive
    List<SocketChange> changes(Map<String, String> settings) throws Unusable, IOException {
        var changes = new ArrayList<SocketChange>();
        for (var setting : new TreeMap<>(settings).entrySet()) {
            var key = setting.getKey();
            var value = setting.getValue().strip();
            var line = key + "=" + value;
            try {
                switch (key) {
                    case "Backlog" ->
                        changes.add(new Queue(line, (int) (value.isEmpty() ? LARGEST_WITHOUT_SIGN : number(value))));
                    case "SocketMode" -> changes.add(new Mode(line, mode(value)));
                    case "SocketUser" ->
                        changes.add(ownership(
                                value, settings.getOrDefault("SocketGroup", "").strip()));
                    case "SocketGroup" -> {} // with the user
                    default -> changes.add(option(line, key, value));
                }
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw new Unusable(line + " is nothing that systemd takes; correct it");
            }
        }
        return changes;
    }

    private Option option(String line, String key, String value) throws IOException {
        return switch (key) {
            case "KeepAlive" -> new Option(line, SocketOption.KEEP_ALIVE, bool(value));
            case "NoDelay" -> new Option(line, SocketOption.NO_DELAY, bool(value));
            case "Priority" -> new Option(line, SocketOption.PRIORITY, value.isEmpty() ? 0 : signed(value));
            case "DeferAcceptSec" -> new Option(line, SocketOption.DEFER_ACCEPT, seconds(value));
            case "KeepAliveTimeSec" -> new Option(line, SocketOption.KEEP_IDLE, orStandard(seconds(value), "time"));
            case "KeepAliveIntervalSec" ->
                new Option(line, SocketOption.KEEP_INTERVAL, orStandard(seconds(value), "intvl"));
            case "KeepAliveProbes" ->
                new Option(line, SocketOption.KEEP_COUNT, orStandard(value.isEmpty() ? 0 : signed(value), "probes"));
            default -> throw new IllegalStateException(key + " is not changed on an open socket");
        };
    }

    private static Ownership ownership(String user, String group) throws Unusable, IOException {
        var line = "SocketUser=" + user + " SocketGroup=" + group;
        try {
            return new Ownership(line, Accounts.ofSocket(user, group));
        } catch (UserPrincipalNotFoundException e) {
            throw new Unusable(line + ": there is no " + e.getName() + " on this host");
        }
    }

    private static int mode(String value) {
        if (value.isEmpty()) {
            return 0666;
        }
        if (!OCTAL.matcher(value).matches()) {
            throw new IllegalArgumentException(value);
        }
        return Integer.parseInt(value, 8) & PERMISSIONS;
    }

    private static int bool(String value) {
        return !value.isEmpty() && BooleanWord.parse(value) ? 1 : 0;
    }

    private static int signed(String value) {
        return Math.toIntExact(number(value));
    }

    /// Decimal, hexadecimal or octal, up to 32 bits.
    private static long number(String value) {
        long number = NUMBER.matcher(value).matches() ? Long.decode(value) : -1;
        if (number < 0 || number > LARGEST_WITHOUT_SIGN) {
            throw new IllegalArgumentException(value);
        }
        return number;
    }

    /// The kernel takes whole seconds. 0 for what systemd does not set: nothing, less than a second, and `infinity`, a
    /// number that the kernel refuses and systemd then only warns about.
    private static int seconds(String value) {
        return value.isEmpty() || value.equals("infinity")
                ? 0
                : Math.toIntExact(TimeSpan.parse(value).toSeconds());
    }

    private int orStandard(int value, String name) throws IOException {
        return value == 0 ? standard(name) : value;
    }

    /// What holds for sockets for which nothing is set; the kernel has no value that says so (tcp(7)). It gives
    /// such a number whole to the first read only, so not `Files.readString`, whose first read is of one byte
    /// (measured).
    private int standard(String name) throws IOException {
        var lines = Files.readAllLines(root.resolve("/proc/sys/net/ipv4/tcp_keepalive_" + name));
        return Integer.parseInt(lines.getFirst().strip());
    }
}
