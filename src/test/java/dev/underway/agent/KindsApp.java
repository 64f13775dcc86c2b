package dev.underway.agent;

import java.util.List;

/// A service that answers at every descriptor it is passed, of whatever kind, and needs no more than one program for
/// that.
///
/// What connects or sends a datagram is answered with the version and what it has said. Lines of a FIFO, messages of a
/// queue and news of netlink cannot be answered: they are written to [#taken], a line each.
final class KindsApp extends SwapHost.App {
    /// Where [#PROGRAM] lies.
    static final String PLACE = "/opt/kinds";

    /// As every well-behaved server: told to stop, it begins nothing new, and what it does not read is there for the
    /// next one. A FIFO it reads by as much as a pipe holds, so that no line is cut between two readers (pipe(7)).
    static final String PROGRAM = """
        #!/usr/bin/python3 -S
        import ctypes, os, select, signal, socket, stat, struct

        version = os.environ["VERSION"]
        at_once = int(os.environ.get("AT_ONCE", "65536"))
        begun = {}
        libc = ctypes.CDLL(None, use_errno=True)


        def answer(text):
            return version.encode() + b" " + text


        def take(lines):
            file = os.open(os.environ["TAKEN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            os.write(file, b"".join(answer(line) + b"\\n" for line in lines))
            os.close(file)


        def serve(listener):
            client, _ = listener.accept()
            with client:
                client.settimeout(10)
                client.send(answer(client.recv(1000)))


        def datagram(passed):
            text, sender = passed.recvfrom(1000)
            passed.sendto(answer(text), sender)


        # rtnetlink(7): a struct nlmsghdr, a struct ifinfomsg, attributes
        def news(passed):
            message = passed.recv(65536)
            place = 16 + 16
            while place + 4 <= len(message):
                length, kind = struct.unpack_from("HH", message, place)
                if kind == 4:
                    take([b"%d" % struct.unpack_from("I", message, place + 4)])
                place += max(4, (length + 3) & ~3)


        def fifo(passed):
            lines = (begun.pop(passed, b"") + os.read(passed, at_once)).split(b"\\n")
            take(lines[:-1])
            if lines[-1]:
                begun[passed] = lines[-1]


        def queue(passed):
            buffer = ctypes.create_string_buffer(8192)
            length = libc.mq_receive(passed, buffer, ctypes.c_size_t(len(buffer)), None)
            if length < 0:
                raise OSError(ctypes.get_errno(), "mq_receive")
            take([buffer.raw[:length]])


        def handler(number):
            mode = os.fstat(number).st_mode
            if stat.S_ISFIFO(mode):
                return lambda: fifo(number)
            if not stat.S_ISSOCK(mode):
                return lambda: queue(number)
            passed = socket.socket(fileno=number)
            if passed.family == socket.AF_NETLINK:
                return lambda: news(passed)
            return lambda: (datagram if passed.type == socket.SOCK_DGRAM else serve)(passed)


        handlers = {3 + n: handler(3 + n) for n in range(int(os.environ["LISTEN_FDS"]))}
        told, tells = socket.socketpair()
        tells.setblocking(False)
        signal.set_wakeup_fd(tells.fileno())
        signal.signal(signal.SIGTERM, lambda *_: None)
        events = select.poll()
        events.register(told, select.POLLIN)
        for number in handlers:
            os.set_blocking(number, False)
            events.register(number, select.POLLIN)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"].replace("@", "\\0"))
        while True:
            ready = [number for number, _ in events.poll()]
            if told.fileno() in ready:
                break
            for number in ready:
                try:
                    handlers[number]()
                except OSError:
                    pass  # the other process was faster, or the client has gone
        take(begun.values())
        """;

    KindsApp(String name, String... addresses) {
        super(name, 0);
        with("ExecStart", PLACE).with("Restart", "no").version("1");
        listen(addresses);
    }

    /// What it takes of those who get no answer.
    String taken() {
        return "/run/" + name + ".taken";
    }

    /// Passes it `addresses` and nothing else.
    KindsApp listen(String... addresses) {
        socket.clear();
        socket.add("Backlog=4096");
        socket.addAll(List.of(addresses));
        return this;
    }

    @Override
    KindsApp version(String version) {
        service.put("Environment", "VERSION=" + version + " TAKEN=" + taken());
        return this;
    }
}
