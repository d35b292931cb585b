package io.authserver.smtp.server;

import java.net.Socket;
import java.time.Duration;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * How a front does STARTTLS (RFC 3207).
 *
 * @param contexts asked at each handshake; an exception is 454 4.3.0 to the client
 * @param onLoopback whether it is offered to clients on the same machine, too
 * @param handshakeTimeout for the whole handshake; the connection is closed beyond
 */
public record StartTls(
    Supplier<SSLContext> contexts, boolean onLoopback, Duration handshakeTimeout) {
  /** Checks the timeout. */
  public StartTls {
    if (!handshakeTimeout.isPositive()) {
      throw new IllegalArgumentException("the timeout of the TLS handshake is not positive");
    }
  }

  /** Returns whether the client at the other end is offered it. */
  boolean isFor(Socket socket) {
    return onLoopback || !socket.getInetAddress().isLoopbackAddress();
  }
}
