package dev.underway.agent;

/// A server that takes its socket from systemd and drains.
final class SwappableApp {
    static final String TEXT = """
            #!/usr/bin/python3
            import os, select, signal, socket, sys, threading, time
            def notify(s):
                a = os.environ.get("NOTIFY_SOCKET")
                if a:
                    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as n:
                        n.sendto(s.encode(), a.replace("@", "\\0", 1))
            stop = threading.Event()
            signal.signal(signal.SIGTERM, lambda *a: stop.set())
            l = socket.socket(fileno=3)
            l.setblocking(False)
            def serve(c):
                c.settimeout(2)
                try:
                    c.recv(4096)
                    b = f"{os.environ.get('VERSION')} {os.getpid()}\\n"
                    c.sendall(f"HTTP/1.1 200 OK\\r\\nContent-Length: {len(b)}\\r\\nConnection: close\\r\\n\\r\\n{b}".encode())
                finally:
                    c.close()
            notify("READY=1")
            p = select.poll(); p.register(l, select.POLLIN)
            while not stop.is_set():
                if p.poll(50):
                    try: c, _ = l.accept()
                    except BlockingIOError: continue
                    c.setblocking(True)
                    threading.Thread(target=serve, args=(c,)).start()
            """;

    private SwappableApp() {}
}
