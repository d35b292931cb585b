package io.authserver.smtp.server;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;

/**
 * The listening socket as SubEtha gets it: already bound, so that a port in use is our error and
 * not its; and able to stop accepting while the sessions go on, which SubEtha cannot do.
 */
final class Listener extends ServerSocket {
  private final ServerSocket listening;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean stopped;

  /** Takes over a socket that listens. */
  Listener(ServerSocket listening) throws IOException {
    this.listening = listening;
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
        // Small replies must not wait for the client's delayed acknowledgement.
        accepted.setTcpNoDelay(true);
        return accepted;
      } catch (IOException e) {
        if (!stopped) {
          throw e;
        }
        // SubEtha takes an exception for a reason to try again: hold its thread until it stops.
        awaitClose();
        throw new SocketException("closed");
      }
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
