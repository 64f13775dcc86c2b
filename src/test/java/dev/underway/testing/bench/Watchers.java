package dev.underway.testing.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// Many clients that watch one collection, each on a connection of its own, as that many informers would.
final class Watchers implements AutoCloseable {
    /// So many shake hands at a time.
    private static final int AT_ONCE = 64;

    private final List<SSLSocket> sockets = new ArrayList<>();
    private final ConcurrentHashMap<String, Marked> marks = new ConcurrentHashMap<>();
    private final AtomicInteger alive = new AtomicInteger();

    /// How many have seen a mark, and when the last of them did, by [System#nanoTime].
    private record Marked(AtomicInteger seen, AtomicLong lastAt) {}

    /// Opens `count` watches of `path` from now on; returns when all of them are answered.
    static Watchers open(URI server, SSLContext tls, String token, String path, int count) throws Exception {
        var watchers = new Watchers();
        var gate = new Semaphore(AT_ONCE);
        var opening = new ArrayList<Thread>();
        for (int i = 0; i < count; i++) {
            gate.acquire();
            opening.add(Thread.ofVirtual().start(() -> {
                try {
                    watchers.openOne(server, tls, token, path);
                } catch (IOException e) {
                    System.err.println("a watch did not begin: " + e.getMessage());
                } finally {
                    gate.release();
                }
            }));
        }
        for (var thread : opening) {
            thread.join();
        }
        return watchers;
    }

    private void openOne(URI server, SSLContext tls, String token, String path) throws IOException {
        var socket = (SSLSocket) tls.getSocketFactory().createSocket(server.getHost(), server.getPort());
        socket.setTcpNoDelay(true);
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\nAuthorization: Bearer "
                                + token + "\r\nAccept: application/json\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), 1024);
        var status = String.valueOf(reader.readLine());
        if (!status.contains(" 200 ")) {
            socket.close();
            throw new IOException(status);
        }
        synchronized (sockets) {
            sockets.add(socket);
        }
        alive.incrementAndGet();
        Thread.ofVirtual().start(() -> read(reader));
    }

    /// The lines of chunks too: a mark stands in one line of one event.
    private void read(BufferedReader reader) {
        try {
            for (String line; (line = reader.readLine()) != null; ) {
                int at = line.indexOf("\"bench\":\"");
                if (at >= 0) {
                    var mark = line.substring(at + 9, line.indexOf('"', at + 9));
                    var marked = mark(mark);
                    marked.lastAt.accumulateAndGet(System.nanoTime(), Math::max);
                    marked.seen.incrementAndGet();
                }
            }
        } catch (IOException e) {
            // closed
        }
        alive.decrementAndGet();
    }

    private Marked mark(String mark) {
        return marks.computeIfAbsent(mark, _ -> new Marked(new AtomicInteger(), new AtomicLong()));
    }

    int alive() {
        return alive.get();
    }

    /// How many have seen an event whose object has the label `bench=mark`.
    int seen(String mark) {
        return mark(mark).seen.get();
    }

    /// When the last of those did, by [System#nanoTime].
    long lastAt(String mark) {
        return mark(mark).lastAt.get();
    }

    @Override
    public void close() throws IOException {
        synchronized (sockets) {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }
}
