package io.authserver.smtp.server;

import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening socket as SubEtha gets it: already bound, so that a port in use is our error and
 * not its; and able to stop accepting while the sessions go on, which SubEtha cannot do.
 */
final class Listener extends ServerSocket {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

  private final ServerSocket listening;
  private final Consumer<Socket> onAccept;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final CountDownLatch idle = new CountDownLatch(1);
  private volatile boolean stopped;

  /**
   * Takes over a socket that listens.
   *
   * @param onAccept is told of each connection before anything else happens to it
   */
  Listener(ServerSocket listening, Consumer<Socket> onAccept) throws IOException {
    this.listening = listening;
    this.onAccept = onAccept;
  }

  @Override
  public void bind(SocketAddress endpoint, int backlog) throws IOException {
    if (!listening.isBound()) {
      throw new SocketException("the socket handed over does not listen");
    }
  }

  @Override
  public Socket accept() throws IOException {
    while (true) {
      try {
        Socket accepted = listening.accept();
        if (prepare(accepted)) {
          return accepted;
        }
      } catch (IOException e) {
        if (!stopped) {
          throw e;
        }
        idle.countDown();
        // SubEtha takes an exception for a reason to try again: hold its thread until it stops.
        awaitClose();
        throw new SocketException("closed");
      }
    }
  }

  /** Gets a connection ready; false where it is of no use, which is no reason to stop accepting. */
  private boolean prepare(Socket accepted) throws IOException {
    try {
      onAccept.accept(accepted);
      // Small replies must not wait for the client's delayed acknowledgement.
      accepted.setTcpNoDelay(true);
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.info("event=connection_unusable cause={}", Reply.clean(e.toString()));
      accepted.close();
      return false;
    }
  }

  private void awaitClose() throws SocketException {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SocketException("interrupted");
    }
  }

  /** Stops accepting. A socket that systemd holds as well goes on to queue connections. */
  void stopAccepting() throws IOException {
    stopped = true;
    listening.close();
  }

  /**
   * Waits until the accepting thread has handed over what it had accepted when it was stopped.
   *
   * @param limit how long at most
   */
  void awaitIdle(Duration limit) throws InterruptedException {
    if (!idle.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.warn("event=accepting_thread_busy port={}", getLocalPort());
    }
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return listening.getLocalSocketAddress();
  }

  @Override
  public int getLocalPort() {
    return listening.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    stopAccepting();
    closed.countDown();
    super.close();
  }
}
