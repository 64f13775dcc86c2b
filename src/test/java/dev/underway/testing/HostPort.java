package dev.underway.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A port of a host's loopback at the same port of this machine's, for probes of an agent that runs out here.
///
/// A socket belongs to the network in which the thread was that made it. So one thread goes into the host's network
/// (setns(2)) and makes the connections there; they are read and written from anywhere.
public final class HostPort implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x40000000;

    private final int port;
    private final ServerSocket here;
    private final ExecutorService inside;

    private HostPort(TestHost host, int port) throws IOException {
        this.port = port;
        this.here = new ServerSocket(port, 128, InetAddress.getLoopbackAddress());
        this.inside = Executors.newSingleThreadExecutor(work -> Thread.ofPlatform()
                .daemon()
                .name("inside " + host.name())
                .unstarted(() -> {
                    enter("/proc/" + host.pid() + "/ns/net");
                    work.run();
                }));
    }

    public static HostPort of(TestHost host, int port) {
        try {
            var relay = new HostPort(host, port);
            Thread.ofVirtual().name("port " + port).start(relay::accept);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("restricted")
    private static void enter(String network) {
        var linker = Linker.nativeLinker();
        var functions = linker.defaultLookup();
        var open = linker.downcallHandle(
                functions.findOrThrow("open"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        var setns = linker.downcallHandle(
                functions.findOrThrow("setns"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try (var arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(network);
            int file = (int) open.invokeExact(path, 0);
            if ((int) setns.invokeExact(file, CLONE_NEWNET) != 0) {
                throw new IllegalStateException("cannot enter " + network);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("cannot enter " + network, e);
        }
    }

    private void accept() {
        while (!here.isClosed()) {
            try {
                var client = here.accept();
                Thread.ofVirtual().start(() -> relay(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void relay(Socket client) {
        try (client;
                var there = inside.submit(this::connected).get()) {
            var back = Thread.ofVirtual().start(() -> pump(there, client));
            pump(client, there);
            back.join();
        } catch (IOException | ExecutionException e) {
            // The client sees a connection that ends: nobody is there.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Socket connected() throws IOException {
        var there = new Socket();
        there.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        return there;
    }

    private static void pump(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            // A connection that was reset there is reset here: both directions end.
            end(from);
            end(to);
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            here.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            inside.shutdownNow();
        }
    }
}
