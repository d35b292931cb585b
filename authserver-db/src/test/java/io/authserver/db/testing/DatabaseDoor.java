package io.authserver.db.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** A port of loopback that leads to the database as long as it is open. */
public final class DatabaseDoor implements AutoCloseable {
  private final int target;
  private final int port;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final CountDownLatch answers;
  // Guarded by this.
  private ServerSocket listener;

  /**
   * Opens it.
   *
   * @param answers until it is zero, who is connected hears nothing
   */
  DatabaseDoor(int target, CountDownLatch answers) throws IOException {
    this.target = target;
    this.answers = answers;
    this.listener = listen(0);
    this.port = listener.getLocalPort();
  }

  /** The URL with this door's port in the place of the server's. */
  public String through(String url) {
    return url.replace(":" + target + "/", ":" + port + "/");
  }

  /** Refuses connections from now on and cuts those that there are, as a stopped server does. */
  public synchronized void shut() {
    close();
  }

  /** Leads to the database again, on the same port. */
  public synchronized void open() {
    if (listener.isClosed()) {
      try {
        listener = listen(port);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private ServerSocket listen(int wanted) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 50);
    Thread.ofVirtual().start(() -> accept(socket));
    return socket;
  }

  private void accept(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(client);
        sockets.add(server);
        if (socket.isClosed()) {
          end(client, server);
        }
        Thread.ofVirtual().start(() -> copy(client, server));
        Thread.ofVirtual().start(() -> answer(server, client));
      } catch (IOException e) {
        // Shut, or the server is gone: the client sees the same.
      }
    }
  }

  private void answer(Socket server, Socket client) {
    try {
      answers.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    copy(server, client);
  }

  private void copy(Socket from, Socket to) {
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException e) {
      // One side has ended.
    } finally {
      end(from, to);
    }
  }

  private void end(Socket... pair) {
    for (Socket socket : pair) {
      sockets.remove(socket);
      try {
        socket.close();
      } catch (IOException e) {
        // It is gone.
      }
    }
  }

  @Override
  public synchronized void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    sockets.forEach(this::end);
  }
}
