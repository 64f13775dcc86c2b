package dev.underway.server.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// What an operator reads about a database that cannot be used.
class DatabaseDoorTest {
    @Test
    void anOlderPostgresqlIsRefusedByItsVersion() throws Exception {
        try (var old = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> serve(old, "14.18"));
            var url = "jdbc:postgresql://127.0.0.1:" + old.getLocalPort() + "/underway";

            assertThatThrownBy(() -> DatabaseDoor.knock(url, "underway", "secret"))
                    .isInstanceOf(StoreException.class)
                    .hasMessage("the database is PostgreSQL 14, and 15 or later is needed");
        }
    }

    /// The few words of PostgreSQL's protocol that make a driver believe to be connected: whoever comes is let in, and
    /// every statement is done. No old PostgreSQL is to be had beside the new one.
    private static void serve(ServerSocket door, String version) {
        try (var client = door.accept();
                var in = new DataInputStream(client.getInputStream());
                var out = new DataOutputStream(client.getOutputStream())) {
            begin(in, client);
            message(out, 'R', 0, 0, 0, 0);
            parameter(out, "server_version", version);
            parameter(out, "client_encoding", "UTF8");
            parameter(out, "DateStyle", "ISO, MDY");
            parameter(out, "standard_conforming_strings", "on");
            parameter(out, "integer_datetimes", "on");
            parameter(out, "TimeZone", "UTC");
            message(out, 'Z', 'I');
            for (int type = in.read(); type >= 0 && type != 'X'; type = in.read()) {
                in.skipNBytes(in.readInt() - 4L);
                message(out, 'C', bytes("SET\0"));
                message(out, 'Z', 'I');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Declines encryption until the client begins in plain.
    private static void begin(DataInputStream in, Socket client) throws IOException {
        for (int length = 8; length == 8; ) {
            length = in.readInt();
            in.skipNBytes(length - 4L);
            if (length == 8) {
                client.getOutputStream().write('N');
            }
        }
    }

    private static void parameter(DataOutputStream out, String name, String value) throws IOException {
        message(out, 'S', bytes(name + "\0" + value + "\0"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void message(DataOutputStream out, char type, int... body) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int b : body) {
            bytes.write(b);
        }
        message(out, type, bytes.toByteArray());
    }

    private static void message(DataOutputStream out, char type, byte[] body) throws IOException {
        out.write(type);
        out.writeInt(body.length + 4);
        out.write(body);
        out.flush();
    }
}
