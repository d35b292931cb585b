package io.authserver.smtp.daemon;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the daemon does (sd_notify(3)): a datagram to the socket that NOTIFY_SOCKET
 * names, in the file system or, after an {@code @}, abstract. Does nothing where it names none.
 * Safe for many threads.
 */
final class SystemdNotifier {
  private static final Logger LOG = LoggerFactory.getLogger(SystemdNotifier.class);
  private static final int MAX_PATH = 108;

  private final byte[] address;

  private SystemdNotifier(byte[] address) {
    this.address = address;
  }

  /** Makes the notifier that the environment asks for. */
  static SystemdNotifier of(Map<String, String> environment) {
    String path = environment.getOrDefault("NOTIFY_SOCKET", "");
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    boolean local = path.isEmpty() || path.startsWith("/") || path.startsWith("@");
    if (!local || bytes.length >= MAX_PATH) {
      LOG.warn("event=notify_socket_unsupported");
      bytes = new byte[0];
    }
    if (bytes.length > 0 && bytes[0] == '@') {
      bytes[0] = 0;
    }
    return new SystemdNotifier(bytes);
  }

  /** Returns how often systemd wants to hear of us, where it watches this process. */
  static Optional<Duration> watchdogInterval(Map<String, String> environment) {
    String pid = environment.get("WATCHDOG_PID");
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    if (!micros.matches("[0-9]{1,18}")
        || (pid != null && !pid.equals(Long.toString(ProcessHandle.current().pid())))) {
      return Optional.empty();
    }
    return Optional.of(Duration.ofNanos(Math.multiplyExact(Long.parseLong(micros), 1000L)))
        .filter(Duration::isPositive);
  }

  void ready(String status) {
    send("READY=1\nSTATUS=" + oneLine(status));
  }

  void stopping(String status) {
    send("STOPPING=1\nSTATUS=" + oneLine(status));
  }

  void status(String status) {
    send("STATUS=" + oneLine(status));
  }

  void watchdog() {
    send("WATCHDOG=1");
  }

  private static String oneLine(String text) {
    return ControlCharacters.escape(text);
  }

  /** Sends a message; what fails is logged and no reason to end. */
  private void send(String message) {
    if (address.length == 0) {
      return;
    }
    try {
      if (!Native.sendDatagram(address, message.getBytes(StandardCharsets.UTF_8))) {
        LOG.warn("event=notify_failed");
      }
    } catch (Throwable e) {
      LOG.warn("event=notify_failed", e);
    }
  }

  /** The calls of the C library, linked when the first is made. */
  private static final class Native {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final MethodHandle SOCKET =
        handle(
            "socket",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT));
    private static final MethodHandle SENDTO =
        handle(
            "sendto",
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
        handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Native() {}

    @SuppressWarnings("restricted") // native access is granted on the command line
    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
      Linker linker = Linker.nativeLinker();
      SymbolLookup lookup = linker.defaultLookup();
      return linker.downcallHandle(lookup.findOrThrow(name), descriptor);
    }

    static boolean sendDatagram(byte[] path, byte[] message) throws Throwable {
      int socket = (int) SOCKET.invokeExact(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (socket < 0) {
        return false;
      }
      try (Arena arena = Arena.ofConfined()) {
        // unix(7): a path ends with NUL, an abstract name has exactly the length that is given.
        int length = 2 + path.length + (path[0] == 0 ? 0 : 1);
        MemorySegment address = arena.allocate(2 + MAX_PATH, 2);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, 2, path.length);
        MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, message);
        long sent =
            (long)
                SENDTO.invokeExact(
                    socket, bytes, (long) message.length, MSG_NOSIGNAL, address, length);
        return sent == message.length;
      } finally {
        int _ = (int) CLOSE.invokeExact(socket);
      }
    }
  }
}
