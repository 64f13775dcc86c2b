package dev.underway.server.gitops;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A commit's signature and what it signs: the commit without the header `gpgsig`, whose further lines begin with a
/// space (gitformat-signature(5)).
///
/// @param signature null when it is not signed
record SignedCommit(byte[] payload, byte @Nullable [] signature) {
    private static final byte[] HEADER = "gpgsig ".getBytes(US_ASCII);

    static SignedCommit of(byte[] raw) {
        var payload = new ByteArrayOutputStream(raw.length);
        ByteArrayOutputStream signature = null;
        boolean inHeader = true;
        boolean inSignature = false;
        for (int start = 0; start < raw.length; ) {
            int end = endOfLine(raw, start);
            if (inHeader && end == start + 1) {
                inHeader = false;
            }
            inSignature = inHeader && (startsWith(raw, start) || (inSignature && raw[start] == ' '));
            if (inSignature) {
                int from = raw[start] == ' ' ? start + 1 : start + HEADER.length;
                signature = signature == null ? new ByteArrayOutputStream() : signature;
                signature.write(raw, from, end - from);
            } else {
                payload.write(raw, start, end - start);
            }
            start = end;
        }
        return new SignedCommit(payload.toByteArray(), signature == null ? null : signature.toByteArray());
    }

    /// After the line's end.
    private static int endOfLine(byte[] raw, int start) {
        int end = start;
        while (end < raw.length && raw[end] != '\n') {
            end++;
        }
        return Math.min(end + 1, raw.length);
    }

    private static boolean startsWith(byte[] raw, int start) {
        return start + HEADER.length <= raw.length
                && Arrays.equals(raw, start, start + HEADER.length, HEADER, 0, HEADER.length);
    }
}
