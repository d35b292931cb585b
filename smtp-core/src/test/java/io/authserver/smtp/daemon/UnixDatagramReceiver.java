package io.authserver.smtp.daemon;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** The receiving end of sd_notify: a datagram socket of the Unix domain, which Java has not. */
@SuppressWarnings("restricted") // native access is granted on the command line of the tests
final class UnixDatagramReceiver implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final MethodHandle SOCKET =
      handle(
          "socket",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT));
  private static final MethodHandle BIND =
      handle(
          "bind",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      handle(
          "setsockopt",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT));
  private static final MethodHandle RECV =
      handle(
          "recv",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private final int socket;

  /** Binds to a path, or to an abstract name after an {@code @}; waits 60 s for a datagram. */
  UnixDatagramReceiver(String name) throws Throwable {
    socket = (int) SOCKET.invokeExact(AF_UNIX, SOCK_DGRAM, 0);
    byte[] path = name.getBytes(StandardCharsets.UTF_8);
    int length = 2 + path.length + (path[0] == '@' ? 0 : 1);
    path[0] = path[0] == '@' ? 0 : path[0];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(110, 2);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, 2, path.length);
      check((int) BIND.invokeExact(socket, address, length));
      MemorySegment timeout = arena.allocateFrom(ValueLayout.JAVA_LONG, 60L, 0L);
      check((int) SETSOCKOPT.invokeExact(socket, SOL_SOCKET, SO_RCVTIMEO, timeout, 16));
    }
  }

  String receive() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(4096);
      long length = (long) RECV.invokeExact(socket, buffer, 4096L, 0);
      if (length < 0) {
        throw new AssertionError("no datagram came");
      }
      byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static void check(int result) {
    if (result != 0) {
      throw new AssertionError("a call failed");
    }
  }

  private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
  }

  @Override
  public void close() {
    try {
      int _ = (int) CLOSE.invokeExact(socket);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
