package dev.underway.agent.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.OptionalInt;

/// The few calls of Linux that the JDK has no door to, through the C library that it runs on anyway.
///
/// Nothing of it is prepared before the first call: that takes five megabytes (measured), and most agents never
/// make one. Numbers of calls and flags are those that x86-64 and AArch64 share; hence openat2(2), as the flags
/// of open(2) are not.
@SuppressWarnings("restricted") // the JVM is told so: --enable-native-access
final class Kernel {
    private static final long PIDFD_OPEN = 434;
    private static final long OPENAT2 = 437;
    private static final long PIDFD_GETFD = 438;

    private static final long OF_WORKING_DIRECTORY = -100;
    private static final long ONLY_THE_PLACE = 010000000 | 02000000; // O_PATH and O_CLOEXEC
    private static final long NO_SYMLINKS_BENEATH = 0x04 | 0x08;

    private static final int LONGEST_ADDRESS = 128;
    private static final int LONGEST_MESSAGE = 256;
    private static final int ACCOUNT_SPACE = 16_384;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle NUMBER = STATE.varHandle(PathElement.groupElement("errno"));

    /// struct passwd of the C library.
    private static final StructLayout ACCOUNT = MemoryLayout.structLayout(
            ADDRESS.withName("name"),
            ADDRESS.withName("password"),
            JAVA_INT.withName("user"),
            JAVA_INT.withName("group"),
            ADDRESS.withName("about"),
            ADDRESS.withName("home"),
            ADDRESS.withName("shell"));

    private static final long GROUP = ACCOUNT.byteOffset(PathElement.groupElement("group"));

    private static final MethodHandle SYSCALL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            ERRNO,
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle CLOSE = function("close", JAVA_INT);
    private static final MethodHandle LISTEN = function("listen", JAVA_INT, JAVA_INT);
    private static final MethodHandle SET_OPTION =
            function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GET_OPTION =
            function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GET_NAME = function("getsockname", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GET_USER = function("getpwnam_r", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    private static final MethodHandle GET_USER_OF_NUMBER =
            function("getpwuid_r", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);

    private Kernel() {}

    /// A descriptor of the process, pidfd_open(2).
    static int openProcess(long pid) throws KernelRefused {
        return call((_, state) -> syscall(state, PIDFD_OPEN, pid, 0, 0, 0));
    }

    /// One of ours for the same open file as `descriptor` of the process, pidfd_getfd(2). It is not inherited.
    static int copy(int process, int descriptor) throws KernelRefused {
        return call((_, state) -> syscall(state, PIDFD_GETFD, process, descriptor, 0, 0));
    }

    /// The place `path` itself, which is not read, written or connected to: openat2(2) with `O_PATH`.
    static int open(String path) throws KernelRefused {
        return open(OF_WORKING_DIRECTORY, path, 0);
    }

    /// The same of a path beneath a directory, without leading slash, no part of which may be a symlink.
    static int open(int directory, String path) throws KernelRefused {
        return open(directory, path, NO_SYMLINKS_BENEATH);
    }

    private static int open(long directory, String path, long resolve) throws KernelRefused {
        return call((arena, state) -> {
            var how = arena.allocateFrom(JAVA_LONG, ONLY_THE_PLACE, 0, resolve);
            return syscall(
                    state, OPENAT2, directory, arena.allocateFrom(path).address(), how.address(), how.byteSize());
        });
    }

    static void close(int descriptor) throws KernelRefused {
        call((_, state) -> (int) CLOSE.invokeExact(state, descriptor));
    }

    /// listen(2); on a socket that listens already it changes the backlog.
    static void listen(int socket, int backlog) throws KernelRefused {
        call((_, state) -> (int) LISTEN.invokeExact(state, socket, backlog));
    }

    static void setOption(int socket, int level, int name, int value) throws KernelRefused {
        call((arena, state) -> {
            var given = arena.allocateFrom(JAVA_INT, value);
            return (int) SET_OPTION.invokeExact(state, socket, level, name, given, (int) given.byteSize());
        });
    }

    static int option(int socket, int level, int name) throws KernelRefused {
        var value = new int[1];
        call((arena, state) -> {
            var found = arena.allocate(JAVA_INT);
            var length = arena.allocateFrom(JAVA_INT, (int) found.byteSize());
            int result = (int) GET_OPTION.invokeExact(state, socket, level, name, found, length);
            value[0] = found.get(JAVA_INT, 0);
            return result;
        });
        return value[0];
    }

    /// The address that a socket is bound to, as the kernel writes it (struct sockaddr), getsockname(2).
    static byte[] address(int socket) throws KernelRefused {
        var bytes = new byte[LONGEST_ADDRESS];
        int size = call((arena, state) -> {
            var found = arena.allocate(LONGEST_ADDRESS);
            var length = arena.allocateFrom(JAVA_INT, LONGEST_ADDRESS);
            int result = (int) GET_NAME.invokeExact(state, socket, found, length);
            MemorySegment.copy(found, JAVA_BYTE, 0, bytes, 0, bytes.length);
            return result < 0 ? result : Math.min(length.get(JAVA_INT, 0), LONGEST_ADDRESS);
        });
        return Arrays.copyOf(bytes, size);
    }

    /// The number of the group that a user is in first of all, wherever users are kept (nsswitch.conf(5)).
    ///
    /// Empty when there is no such user.
    static OptionalInt groupOf(String user) throws KernelRefused {
        return group((arena, state, account, space, found) ->
                (int) GET_USER.invokeExact(state, arena.allocateFrom(user), account, space, space.byteSize(), found));
    }

    /// The same of the user with this number.
    static OptionalInt groupOf(int user) throws KernelRefused {
        return group((_, state, account, space, found) ->
                (int) GET_USER_OF_NUMBER.invokeExact(state, user, account, space, space.byteSize(), found));
    }

    private interface Search {
        int in(Arena arena, MemorySegment state, MemorySegment account, MemorySegment space, MemorySegment found)
                throws Throwable;
    }

    private static OptionalInt group(Search search) throws KernelRefused {
        var group = new int[1];
        int found = call((arena, state) -> {
            var account = arena.allocate(ACCOUNT);
            var place = arena.allocate(ADDRESS);
            int wrong = search.in(arena, state, account, arena.allocate(ACCOUNT_SPACE), place);
            group[0] = account.get(JAVA_INT, GROUP);
            return wrong == 0 && place.get(ADDRESS, 0).address() != 0 ? 1 : 0;
        });
        return found == 0 ? OptionalInt.empty() : OptionalInt.of(group[0]);
    }

    private static int syscall(MemorySegment state, long number, long a, long b, long c, long d) throws Throwable {
        return (int) (long) SYSCALL.invokeExact(state, number, a, b, c, d);
    }

    private interface Call {
        /// What the call answers, negative when it left its reason in `state`.
        int in(Arena arena, MemorySegment state) throws Throwable;
    }

    private static int call(Call call) throws KernelRefused {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            int result;
            try {
                result = call.in(arena, state);
            } catch (Throwable e) {
                throw new IllegalStateException(e); // the types of a handle and of its call differ
            }
            if (result < 0) {
                int number = (int) NUMBER.get(state, 0L);
                throw new KernelRefused(number, message(number));
            }
            return result;
        }
    }

    /// In the words of the C library.
    private static String message(int number) {
        try {
            var said = (MemorySegment) LINKER.downcallHandle(
                            LINKER.defaultLookup().findOrThrow("strerror"), FunctionDescriptor.of(ADDRESS, JAVA_INT))
                    .invokeExact(number);
            return said.reinterpret(LONGEST_MESSAGE).getString(0);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle function(String name, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, parameters), ERRNO);
    }
}
