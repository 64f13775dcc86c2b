package dev.underway.server.access;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/// The TCP connection under requests, of which Vert.x's own API shows too little.
///
/// It may be without a request for [#BETWEEN_REQUESTS]; bytes that are no whole head of a request do not count, which
/// they would for Vert.x's own idle timeout. While there is a request, however long it is answered, it may be silent.
public final class Wire {
    private static final AttributeKey<Wire> OF_CHANNEL = AttributeKey.valueOf(Wire.class, "wire");

    /// Longer than any pause that clients make, who would send their next request to a closed connection.
    private static final Duration BETWEEN_REQUESTS = Duration.ofMinutes(10);

    /// Seconds of silence before the other side is asked whether it is there, and between two such questions; tcp(7).
    private static final int ASK_AFTER = 30;

    private static final int ASK_AGAIN_AFTER = 10;
    private static final int ASK_TIMES = 3;

    private final Channel channel;
    /// Of the event loop alone, as is what follows.
    private int requests;

    private @Nullable ScheduledFuture<?> end;

    private Wire(Channel channel) {
        this.channel = channel;
        channel.closeFuture().addListener(_ -> mayStay());
    }

    public static Wire of(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            return of(base.channel());
        }
        throw new IllegalStateException("not a connection of Vert.x: " + connection.getClass());
    }

    static Wire of(Channel channel) {
        var attribute = channel.attr(OF_CHANNEL);
        var known = attribute.get();
        if (known != null) {
            return known;
        }
        var wire = new Wire(channel);
        var meanwhile = attribute.setIfAbsent(wire);
        return meanwhile == null ? wire : meanwhile;
    }

    /// Lets the kernel notice within a minute that the other side is no longer there, although nothing is sent.
    public void keepAlive() {
        var config = channel.config();
        config.setOption(ChannelOption.SO_KEEPALIVE, true);
        config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), ASK_AFTER);
        config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), ASK_AGAIN_AFTER);
        config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), ASK_TIMES);
    }

    /// Ends it at once, whatever is still to be sent.
    public void close() {
        var _ = channel.close();
    }

    /// The head of a request is there.
    void requestBegins() {
        channel.eventLoop().execute(() -> {
            requests++;
            mayStay();
        });
    }

    /// A request has been answered.
    void requestEnds() {
        channel.eventLoop().execute(() -> {
            if (--requests == 0) {
                endIn(BETWEEN_REQUESTS);
            }
        });
    }

    /// Ends the connection unless a request comes before.
    void endIn(Duration time) {
        mayStay();
        end = channel.eventLoop().schedule(this::close, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void mayStay() {
        if (end != null) {
            end.cancel(false);
            end = null;
        }
    }
}
