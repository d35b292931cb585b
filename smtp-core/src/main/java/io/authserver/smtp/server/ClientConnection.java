package io.authserver.smtp.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * The connection to a client: its bytes as they are, or under TLS after {@link #startTls}. Used by
 * the session's thread, apart from {@link #expire}, {@link #stopReading}, {@link #ignoreInput},
 * {@link #endOutput}, {@link #writeBegan} and {@link #closeNow}.
 *
 * <p>TLS is a layer over two streams of ours, so that every read of it ends at the deadline,
 * however few bytes of a record a client sends at a time, and so that draining can end a read
 * without an end of stream, after which TLS 1.2 would not let us write our 421.
 */
final class ClientConnection {
  /** Up to here the socket's own timeout ends a read; above, {@link #expire} does. */
  private static final long EXACT_NANOS = 2_000_000_000L;

  /** No read is watched. */
  private static final long UNWATCHED = 0;

  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private final Socket socket;
  private final Arriving arriving;
  private final Leaving leaving;
  private InputStream in;
  private OutputStream out;
  private @Nullable SSLSocket tls;
  private volatile boolean stopped;
  private boolean lingering;
  private final AtomicBoolean outputEnded = new AtomicBoolean();

  /** By when the read under way has to be over, unless it ends by the socket's timeout. */
  private final AtomicLong watchedUntil = new AtomicLong(UNWATCHED);

  ClientConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.arriving = new Arriving(socket.getInputStream());
    this.leaving = new Leaving(socket.getOutputStream());
    this.in = arriving;
    this.out = leaving;
  }

  Socket socket() {
    return socket;
  }

  /**
   * Reads a block.
   *
   * @param deadline in {@link System#nanoTime()}
   * @return how many bytes came, or -1 at the end of the stream or after {@link #stopReading}
   * @throws SocketTimeoutException when the deadline has passed
   */
  int read(byte[] target, int offset, int length, long deadline) throws IOException {
    arriving.deadline = deadline;
    try {
      return in.read(target, offset, length);
    } catch (StoppedException e) {
      return -1;
    }
  }

  void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
    out.flush();
  }

  /** Returns whether bytes have come that nobody has read yet. */
  boolean hasArrived() throws IOException {
    return arriving.available() > 0;
  }

  /**
   * Does the handshake as the server (RFC 3207 §4), TLS 1.2 or 1.3. Where it fails nothing more can
   * be said to the client.
   */
  SSLSession startTls(SSLContext context, long deadline) throws IOException {
    arriving.deadline = deadline;
    SSLSocket layer =
        (SSLSocket)
            context.getSocketFactory().createSocket(new StreamSocket(), (InputStream) null, true);
    layer.setUseClientMode(false);
    layer.setEnabledProtocols(PROTOCOLS);
    layer.startHandshake();
    in = layer.getInputStream();
    out = layer.getOutputStream();
    tls = layer;
    return layer.getSession();
  }

  /**
   * Says that the read under way is too late, if it is. Called by the watchdog, every second.
   *
   * @return whether it is: the caller then makes it return, and it ends as a timeout
   */
  boolean expire(long now) {
    long until = watchedUntil.get();
    return until != UNWATCHED && until - now < 0 && watchedUntil.compareAndSet(until, UNWATCHED);
  }

  /** Ends a read that waits, and every later one. */
  void stopReading() throws IOException {
    stopped = true;
    socket.shutdownInput();
  }

  /** Lets the read under way be the last one; what it brings is thrown away. */
  void ignoreInput() {
    stopped = true;
  }

  /** Tells the client that nothing more will be said. */
  void endOutput() throws IOException {
    if (outputEnded.getAndSet(true)) {
      return;
    }
    SSLSocket layer = tls;
    if (layer != null) {
      layer.shutdownOutput();
    } else {
      socket.shutdownOutput();
    }
  }

  /** Returns the {@link System#nanoTime()} at which the write under way began, or 0. */
  long writeBegan() {
    return leaving.began;
  }

  /**
   * Lets the client read the last reply: closing a socket with unread bytes resets the connection,
   * and the reply may be lost with it. What still comes is thrown away, encrypted as it is.
   */
  void linger(int mostBytes, long deadline) throws IOException {
    endOutput();
    lingering = true;
    arriving.deadline = deadline;
    byte[] dropped = new byte[8 << 10];
    int left = mostBytes;
    while (left > 0) {
      int count = arriving.read(dropped, 0, Math.min(left, dropped.length));
      if (count < 0) {
        return;
      }
      left -= count;
    }
  }

  /** Closes the socket under everything: a write that is stuck in it ends. */
  void closeNow() throws IOException {
    socket.close();
  }

  /** Reading was stopped by us. TLS hands it on and stays able to write. */
  private static final class StoppedException extends InterruptedIOException {
    private static final long serialVersionUID = 1L;

    StoppedException() {
      super("reading was stopped");
    }
  }

  /** The socket's input, each read of which ends at the deadline. */
  private final class Arriving extends InputStream {
    private final InputStream stream;
    private long deadline;
    private int timeout;

    Arriving(InputStream stream) {
      this.stream = stream;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /**
     * Reads once. A virtual thread that waits with a timeout wakes the scheduler's timer thread
     * twice, which costs more than the read itself; so a long wait has none, and is watched.
     */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      long left = deadline - System.nanoTime();
      if (left < 1_000_000) {
        throw new SocketTimeoutException("deadline passed");
      }
      if (left <= EXACT_NANOS) {
        setTimeout((int) (left / 1_000_000));
        return unlessStopped(stream.read(target, offset, length));
      }
      setTimeout(0);
      long until = deadline == UNWATCHED ? 1 : deadline;
      watchedUntil.set(until);
      int count;
      try {
        count = stream.read(target, offset, length);
      } catch (IOException e) {
        if (!watchedUntil.compareAndSet(until, UNWATCHED)) {
          throw new SocketTimeoutException("deadline passed");
        }
        throw e;
      }
      if (!watchedUntil.compareAndSet(until, UNWATCHED)) {
        throw new SocketTimeoutException("deadline passed");
      }
      return unlessStopped(count);
    }

    private int unlessStopped(int count) throws StoppedException {
      if (stopped && !lingering) {
        throw new StoppedException();
      }
      return count;
    }

    private void setTimeout(int millis) throws IOException {
      if (timeout != millis) {
        socket.setSoTimeout(millis);
        timeout = millis;
      }
    }

    @Override
    public int available() throws IOException {
      return stream.available();
    }
  }

  /** The socket's output, which tells how long a write has been under way. */
  private static final class Leaving extends OutputStream {
    private final OutputStream stream;
    private volatile long began;

    Leaving(OutputStream stream) {
      this.stream = stream;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      long now = System.nanoTime();
      began = now == 0 ? 1 : now;
      try {
        stream.write(bytes, offset, length);
      } finally {
        began = 0;
      }
    }
  }

  /** What TLS takes for its socket: our streams, and the client's socket for all the rest. */
  private final class StreamSocket extends Socket {
    @Override
    public InputStream getInputStream() {
      return arriving;
    }

    @Override
    public OutputStream getOutputStream() {
      return leaving;
    }

    @Override
    public boolean isConnected() {
      return socket.isConnected();
    }

    @Override
    public boolean isBound() {
      return socket.isBound();
    }

    @Override
    public InetAddress getInetAddress() {
      return socket.getInetAddress();
    }

    @Override
    public int getPort() {
      return socket.getPort();
    }

    @Override
    public InetAddress getLocalAddress() {
      return socket.getLocalAddress();
    }

    @Override
    public int getLocalPort() {
      return socket.getLocalPort();
    }

    @Override
    public boolean isInputShutdown() {
      return socket.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
      return socket.isOutputShutdown();
    }

    @Override
    public boolean isClosed() {
      return socket.isClosed();
    }

    @Override
    public void shutdownInput() throws IOException {
      socket.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
      socket.shutdownOutput();
    }

    @Override
    public int getSoTimeout() throws SocketException {
      return socket.getSoTimeout();
    }

    @Override
    public void setSoTimeout(int millis) {
      // Each read sets it to what is left until the deadline.
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
