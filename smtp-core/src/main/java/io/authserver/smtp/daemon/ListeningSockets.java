package io.authserver.smtp.daemon;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Makes the sockets that a daemon listens on, or takes the one that systemd holds and hands over as
 * standard input, so that a restart refuses no connection. Used by one thread.
 */
final class ListeningSockets {
  /** Deep enough for a burst; a short backlog costs a client a second for each retried SYN. */
  static final int BACKLOG = 1024;

  private final boolean bind;
  private boolean inheritedTaken;

  /**
   * Makes the factory.
   *
   * @param bind whether to bind at all; a check of the configuration runs beside the daemon
   */
  ListeningSockets(boolean bind) {
    this.bind = bind;
  }

  /** Returns a bound socket, or an unbound one where nothing is to be bound. */
  ServerSocket listen(HostPort address) throws IOException {
    InetSocketAddress wanted = resolve(address);
    return bind && StandardInput.isListeningSocket() ? inherited(address, wanted) : bind(address);
  }

  /** The same, whatever standard input is. */
  ServerSocket bind(HostPort address) throws IOException {
    InetSocketAddress wanted = resolve(address);
    ServerSocket socket = new ServerSocket();
    if (!bind) {
      return socket;
    }
    try {
      socket.setReuseAddress(true);
      socket.bind(wanted, BACKLOG);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw new StartException("cannot listen on " + address + ": " + e.getMessage());
    }
  }

  static InetSocketAddress resolve(HostPort address) throws StartException {
    try {
      return address.resolve();
    } catch (UnknownHostException e) {
      throw new StartException("cannot listen on " + address + ": the host has no address");
    }
  }

  private ServerSocket inherited(HostPort address, InetSocketAddress wanted) throws IOException {
    if (inheritedTaken) {
      throw new StartException(
          "cannot listen on "
              + address
              + ": standard input is a socket already taken, and serves one address an instance");
    }
    inheritedTaken = true;
    if (!(System.inheritedChannel() instanceof ServerSocketChannel channel)
        || !(channel.getLocalAddress() instanceof InetSocketAddress local)) {
      throw new StartException(
          "cannot listen on " + address + ": standard input is no listening internet socket");
    }
    boolean sameAddress = local.getAddress().equals(wanted.getAddress());
    if (!sameAddress || (wanted.getPort() != 0 && wanted.getPort() != local.getPort())) {
      throw new StartException(
          "cannot listen on "
              + address
              + ": standard input is a socket that listens on "
              + new HostPort(local.getAddress().getHostAddress(), local.getPort()));
    }
    return new InheritedServerSocket(channel);
  }

  /** What standard input is. */
  private static final class StandardInput {
    private static final int SOL_SOCKET = 1;
    private static final int SO_ACCEPTCONN = 30;

    private StandardInput() {}

    /**
     * Returns whether file descriptor 0 is a socket that listens. Asked before {@link
     * System#inheritedChannel}, which also takes a connected one.
     */
    @SuppressWarnings("restricted") // native access is granted on the command line
    static boolean isListeningSocket() {
      Linker linker = Linker.nativeLinker();
      MethodHandle getsockopt =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("getsockopt"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.ADDRESS,
                  ValueLayout.ADDRESS));
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_INT, 0);
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 4);
        int failed = (int) getsockopt.invokeExact(0, SOL_SOCKET, SO_ACCEPTCONN, value, length);
        return failed == 0 && value.get(ValueLayout.JAVA_INT, 0) != 0;
      } catch (Throwable e) {
        throw new IllegalStateException("getsockopt", e);
      }
    }
  }

  /** Returns the address on which a socket of {@link #listen} listens, or null where unbound. */
  static @Nullable HostPort addressOf(ServerSocket socket) {
    return socket.getLocalSocketAddress() instanceof InetSocketAddress local
        ? new HostPort(local.getAddress().getHostAddress(), local.getPort())
        : null;
  }
}
