package io.authserver.smtp.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A listening socket that another process holds. Closing it stops to accept and leaves the channel
 * open: the JDK, on closing an inherited channel, also turns standard output and error to
 * /dev/null, and the log of the stop would be lost. The system closes the descriptor when the
 * process ends; until then, and after, connections wait in the backlog for the next process.
 */
final class InheritedServerSocket extends ServerSocket {
  private final ServerSocketChannel channel;
  private final Selector selector;

  InheritedServerSocket(ServerSocketChannel channel) throws IOException {
    this.channel = channel;
    this.selector = Selector.open();
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_ACCEPT);
  }

  @Override
  public Socket accept() throws IOException {
    try {
      while (true) {
        selector.select();
        if (!selector.isOpen()) {
          throw new SocketException("Socket closed");
        }
        selector.selectedKeys().clear();
        SocketChannel accepted = channel.accept();
        if (accepted != null) {
          return accepted.socket();
        }
      }
    } catch (ClosedSelectorException e) {
      throw (SocketException) new SocketException("Socket closed").initCause(e);
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
    super.close();
  }

  @Override
  public boolean isBound() {
    return true;
  }

  @Override
  public boolean isClosed() {
    return !selector.isOpen();
  }

  @Override
  public int getLocalPort() {
    return channel.socket().getLocalPort();
  }

  @Override
  public InetAddress getInetAddress() {
    return channel.socket().getInetAddress();
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return channel.socket().getLocalSocketAddress();
  }

  @Override
  public String toString() {
    return "InheritedServerSocket[" + getLocalSocketAddress() + "]";
  }
}
