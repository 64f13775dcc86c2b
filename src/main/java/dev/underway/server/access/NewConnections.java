package dev.underway.server.access;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;

/// Ends connections that do not come to the point: each has as long for its first request as requests have to arrive.
/// Netty finds this class as a service (META-INF/services) and uses it where ServerMain has told it to.
public final class NewConnections extends ChannelInitializerExtension {
    /// Set once, before the server listens.
    private static volatile Duration firstRequest = Duration.ofSeconds(30);

    static void firstRequestWithin(Duration time) {
        firstRequest = time;
    }

    @Override
    public void postInitializeServerChildChannel(Channel channel) {
        channel.pipeline().addLast(new Deadline());
    }

    /// The channel has no event loop before; then it is told that it has been added.
    private static final class Deadline extends ChannelHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            Wire.of(context.channel()).endIn(firstRequest);
            context.pipeline().remove(this);
        }
    }
}
