package dev.underway.agent.fetch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Reads what somebody else sends: no more than a number of bytes, and not for ever (the timeout of java.net.http ends
/// with the headers).
final class Bounded {
    /// Longest silence within an answer.
    private static final Duration IDLE = Duration.ofSeconds(60);

    private Bounded() {}

    static byte[] read(InputStream in, long most) throws IOException {
        var bytes = new ByteArrayOutputStream();
        copy(in, bytes, most);
        return bytes.toByteArray();
    }

    /// Copies all of `in`; fails as soon as there is more than `most` bytes. Closes `in`.
    static void copy(InputStream in, OutputStream out, long most) throws IOException {
        var heard = new AtomicLong(System.nanoTime());
        var guard = Thread.ofVirtual().start(() -> closeWhenSilent(in, heard));
        try (in) {
            var buffer = new byte[64 << 10];
            long sum = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                heard.set(System.nanoTime());
                sum += n;
                if (sum > most) {
                    throw new IOException("more than the allowed " + most + " bytes");
                }
                out.write(buffer, 0, n);
            }
        } finally {
            guard.interrupt();
        }
    }

    private static void closeWhenSilent(InputStream in, AtomicLong heard) {
        try {
            while (System.nanoTime() - heard.get() < IDLE.toNanos()) {
                Thread.sleep(IDLE.dividedBy(4));
            }
            in.close();
        } catch (InterruptedException | IOException e) {
            // the copy has ended, or ends now
        }
    }
}
