package io.authserver.storm;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * A next hop that is never the bottleneck: it takes all but the addresses of one domain, which it
 * refuses for good, and keeps nothing but counts.
 */
final class CountingNextHop implements AutoCloseable {
  /** The domain whose addresses are refused with 550. */
  static final String NOBODY = "nobody.example";

  private static final String EHLO =
      "250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n"
          + "250 ENHANCEDSTATUSCODES";

  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final LongAdder recipients = new LongAdder();
  private final LongAdder messages = new LongAdder();
  private final LongAdder notifications = new LongAdder();

  CountingNextHop() throws IOException {
    listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
    Thread.ofVirtual().name("sink").start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Returns how many recipients were taken. */
  long recipients() {
    return recipients.sum();
  }

  /** Returns how many messages were taken, notifications excluded. */
  long messages() {
    return messages.sum();
  }

  /** Returns how many messages with the null reverse-path were taken. */
  long notifications() {
    return notifications.sum();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        Thread.ofVirtual().name("sink-session").start(() -> serve(socket));
      } catch (IOException e) {
        // Closed, which ends the loop, or a client that was gone before it was greeted.
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      speak(
          new BufferedInputStream(socket.getInputStream(), 1 << 16),
          new BufferedOutputStream(socket.getOutputStream(), 1 << 13));
    } catch (IOException e) {
      // The client has gone.
    } finally {
      open.remove(socket);
    }
  }

  private void speak(InputStream in, OutputStream out) throws IOException {
    boolean notification = false;
    say(in, out, "220 sink.example ESMTP");
    for (String line = readLine(in); line != null; line = readLine(in)) {
      switch (line.substring(0, Math.min(4, line.length()))) {
        case "EHLO" -> say(in, out, EHLO);
        case "MAIL" -> {
          notification = line.startsWith("MAIL FROM:<>");
          say(in, out, "250 2.1.0 Ok");
        }
        case "RCPT" -> {
          if (line.contains("@" + NOBODY + ">")) {
            say(in, out, "550 5.1.1 No such user");
          } else {
            recipients.increment();
            say(in, out, "250 2.1.5 Ok");
          }
        }
        case "DATA" -> {
          say(in, out, "354 Go on");
          out.flush();
          skipContent(in);
          (notification ? notifications : messages).increment();
          say(in, out, "250 2.0.0 Taken");
        }
        case "QUIT" -> {
          say(in, out, "221 2.0.0 Bye");
          out.flush();
          return;
        }
        default -> say(in, out, "250 2.0.0 Ok");
      }
    }
  }

  /** Replies go out together where more commands have come already (RFC 2920 §3.2). */
  private static void say(InputStream in, OutputStream out, String reply) throws IOException {
    out.write((reply + "\r\n").getBytes(StandardCharsets.US_ASCII));
    if (in.available() == 0) {
      out.flush();
    }
  }

  private static String readLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return null;
      }
      line.append((char) b);
    }
    return line.substring(0, Math.max(0, line.length() - 1));
  }

  private static void skipContent(InputStream in) throws IOException {
    String end = "\r\n.\r\n";
    int matched = 2;
    while (matched < end.length()) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("the client has gone");
      }
      matched = b == end.charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
