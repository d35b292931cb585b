package io.authserver.smtp.server;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;

/**
 * A socket whose client has said everything and closed its side; it hands the bytes over in pieces.
 */
final class MemorySocket extends Socket {
  private final byte[] said;
  private final int split;
  private final InetAddress client;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private int position;
  private int turn;

  /**
   * Makes one.
   *
   * @param split how the bytes are cut: one by one, all at once, in equal or in changing pieces
   */
  MemorySocket(byte[] said, int split) {
    this(said, split, InetAddress.getLoopbackAddress());
  }

  /** Makes one of a client with this address. */
  MemorySocket(byte[] said, int split, InetAddress client) {
    this.said = said;
    this.split = split;
    this.client = client;
  }

  byte[] written() {
    return written.toByteArray();
  }

  private int piece() {
    return switch (split & 3) {
      case 0 -> 1;
      case 1 -> Integer.MAX_VALUE;
      case 2 -> 1 + (split >> 2);
      default -> 1 + Math.floorMod((split >> 2) * 31 + turn++ * 17, 97);
    };
  }

  @Override
  public InputStream getInputStream() {
    return new InputStream() {
      @Override
      public int read() {
        return position < said.length ? said[position++] & 0xff : -1;
      }

      @Override
      public int read(byte[] into, int offset, int length) {
        if (position == said.length) {
          return -1;
        }
        int count = Math.min(Math.min(length, piece()), said.length - position);
        System.arraycopy(said, position, into, offset, count);
        position += count;
        return count;
      }
    };
  }

  @Override
  public OutputStream getOutputStream() {
    return written;
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return new InetSocketAddress(client, 40000);
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 25);
  }

  @Override
  public InetAddress getInetAddress() {
    return client;
  }

  @Override
  public void setSoTimeout(int milliseconds) {}

  @Override
  public void setTcpNoDelay(boolean on) {}

  @Override
  public void shutdownInput() {}

  @Override
  public void shutdownOutput() {}
}
