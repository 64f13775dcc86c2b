package dev.underway.agent.systemd;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.freedesktop.dbus.connections.IDisconnectCallback;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.interfaces.DBusSigHandler;
import org.freedesktop.dbus.matchrules.DBusMatchRule;
import org.freedesktop.dbus.matchrules.DBusMatchRuleBuilder;
import org.freedesktop.dbus.messages.DBusSignal;
import org.freedesktop.dbus.messages.Error;
import org.freedesktop.dbus.messages.Message;
import org.freedesktop.dbus.messages.MethodCall;
import org.jspecify.annotations.Nullable;

/// One connection to the message bus: calls and signals by name.
///
/// dbus-java's messages are used without its proxies. A proxy turns the name of a D-Bus error into a Java class
/// and loses it when there is no such class, has one time-out for all, and wants an interface for each remote
/// object.
///
/// A connection that is lost stays lost: `lost` is told once, every call that waits fails, and a new [Bus] is
/// needed.
final class Bus implements AutoCloseable {
    /// dbus-java tells of each connection at INFO, and where TRACE is on it prints each message, which takes 100
    /// times as long as handling it. Kept here, because a logger that nobody refers to loses its level.
    private static final Logger LIBRARY = Logger.getLogger("org.freedesktop.dbus");

    static {
        LIBRARY.setLevel(Level.WARNING);
    }

    /// Milliseconds for which dbus-java repeats an attempt to connect; whoever wants another one makes another
    /// [Bus].
    private static final int ONE_ATTEMPT = 1;

    private final DBusConnection connection;
    private final Duration timeout;

    private Bus(DBusConnection connection, Duration timeout) {
        this.connection = connection;
        this.timeout = timeout;
    }

    /// @param address such as `unix:path=/run/dbus/system_bus_socket`
    /// @param timeout how long each call may take
    /// @param lost is told why the connection ended, on a thread that must not be held
    static Bus connect(String address, Duration timeout, Consumer<String> lost) throws BusException {
        MethodCall.setDefaultTimeout(timeout.toMillis());
        try {
            var connection = DBusConnectionBuilder.forAddress(address)
                    .withShared(false)
                    .withDisconnectCallback(new TellOnce(lost))
                    .transportConfig()
                    .withTimeout(ONE_ATTEMPT)
                    .back()
                    .build();
            return new Bus(connection, timeout);
        } catch (DBusException | DBusExecutionException e) {
            throw new BusException("no connection to the message bus at " + address + ": " + e.getMessage(), e);
        }
    }

    /// Calls a method and waits for its answer. Arguments are strings and arrays of strings.
    Object[] call(String service, String path, String type, String method, Object... arguments) throws BusException {
        try {
            var call = connection
                    .getMessageFactory()
                    .createMethodCall(
                            null, service, path, type, method, (byte) 0, signature(arguments), arguments.clone());
            connection.sendMessage(call);
            var reply = reply(call, method);
            var answer = reply.getParameters();
            if (reply instanceof Error) {
                throw new BusException(reply.getName(), text(answer));
            }
            return answer == null ? new Object[0] : answer;
        } catch (DBusException | DBusExecutionException e) {
            throw new BusException("the call of " + method + " was not sent: " + e.getMessage(), e);
        }
    }

    private Message reply(MethodCall call, String method) throws BusException {
        long until = System.nanoTime() + timeout.toNanos();
        for (; ; ) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                throw new BusException(
                        BusException.LOCAL, "there was no answer to " + method + " in " + timeout.toSeconds() + " s");
            }
            var reply = call.getReply(left / 1_000_000 + 1);
            if (reply != null) {
                return reply;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new BusException(BusException.LOCAL, "interrupted while waiting for the answer to " + method);
            }
        }
    }

    private static String signature(Object[] arguments) {
        var signature = new StringBuilder();
        for (var argument : arguments) {
            signature.append(argument instanceof String[] ? "as" : "s");
        }
        return signature.toString();
    }

    private static String text(Object[] answer) {
        return answer == null || answer.length == 0 ? "no reason given" : String.valueOf(answer[0]);
    }

    /// What a signal brought.
    record Signal(String path, Object[] arguments) {}

    /// Calls `handler` for each signal of this name from this object, or from any where `path` is null. `sender` is a
    /// unique name (`:1.0`), so that
    /// nobody else on the bus can pretend. Handlers run one after the other, in the order in which the signals
    /// were sent.
    Listening listen(String sender, @Nullable String path, String type, String name, Consumer<Signal> handler)
            throws BusException {
        var rule = rule(sender, path, type, name);
        DBusSigHandler<DBusSignal> deliver = signal -> deliver(signal, handler);
        try {
            connection.addGenericSigHandler(rule, deliver);
        } catch (DBusException | DBusExecutionException e) {
            throw new BusException("cannot listen to " + name + ": " + e.getMessage(), e);
        }
        return () -> {
            try {
                connection.removeGenericSigHandler(rule, deliver);
            } catch (DBusException | DBusExecutionException e) {
                throw new BusException("cannot stop listening to " + name + ": " + e.getMessage(), e);
            }
        };
    }

    /// Signals of one kind, being listened to.
    interface Listening {
        void stop() throws BusException;
    }

    private static DBusMatchRule rule(String sender, @Nullable String path, String type, String name) {
        var rule = DBusMatchRuleBuilder.create()
                .withType("signal")
                .withSender(sender)
                .withInterface(type)
                .withMember(name);
        return (path == null ? rule : rule.withPath(path)).build();
    }

    private static void deliver(DBusSignal signal, Consumer<Signal> handler) {
        try {
            handler.accept(new Signal(signal.getPath(), signal.getParameters()));
        } catch (DBusException e) {
            throw new IllegalStateException("the bus delivered a signal that cannot be read: " + signal, e);
        }
    }

    /// Not from a signal handler: it waits for them.
    @Override
    public void close() {
        try {
            connection.close();
        } catch (IOException e) {
            // It was to be closed, and now it is of no use.
        }
    }

    private static final class TellOnce implements IDisconnectCallback {
        private final Consumer<String> lost;
        private final AtomicBoolean told = new AtomicBoolean();

        TellOnce(Consumer<String> lost) {
            this.lost = lost;
        }

        @Override
        public void disconnectOnError(IOException e) {
            tell("the message bus ended the connection: " + e.getMessage());
        }

        @Override
        public void clientDisconnect() {
            tell("the message bus ended the connection");
        }

        @Override
        public void requestedDisconnect(Integer connections) {
            tell("the connection was closed");
        }

        private void tell(String why) {
            if (told.compareAndSet(false, true)) {
                lost.accept(why);
            }
        }
    }
}
