package io.authserver.smtp.relay;

import io.authserver.smtp.relay.RelayFailure.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a next hop, greeted and ready for MAIL: writes commands and blocks, reads
 * replies, each within a time. Whatever goes wrong is a {@link RelayFailure}, after which it is
 * only good for {@link #close}.
 *
 * <p>Owned by one thread at a time, apart from {@link #closeIfOverdue}, which the pool calls: a
 * write has no timeout of its own in Java, so one that takes too long ends by the connection being
 * closed under it.
 */
final class RelayClient implements AutoCloseable {
  private static final int BLOCK = 64 * 1024;

  /** Up to here the socket's own timeout ends a read; above, the pool's keeper does. */
  private static final long EXACT_NANOS = 2_000_000_000L;

  private final NextHopConfiguration configuration;
  private final SocketChannel channel;
  private final InputStream in;
  private final ReplyReader reader;
  private final byte[] out = new byte[BLOCK];
  private int outLength;
  private Extensions extensions = Extensions.NONE;
  private int mails;
  private boolean kept;
  private long idleSince;

  private int soTimeout;

  /** Whether the pool calls {@link #closeIfOverdue}; set by the owner. */
  private boolean watched;

  /**
   * By when the write or the long read that is under way has to be over; set by the owner, read by
   * the pool.
   */
  private volatile @Nullable Deadline watchedUntil;

  private volatile boolean overdue;

  private RelayClient(NextHopConfiguration configuration, SocketChannel channel)
      throws IOException {
    this.configuration = configuration;
    this.channel = channel;
    this.in = channel.socket().getInputStream();
    this.reader = new ReplyReader(this::readWithin);
  }

  // ---- opening

  /** Connects, waits for the greeting, and says EHLO. */
  static RelayClient open(NextHopConfiguration configuration, Deadline deadline)
      throws RelayFailure {
    RelayClient client = connect(configuration, deadline);
    try {
      client.greet(deadline);
      return client;
    } catch (RelayFailure e) {
      client.close();
      throw e;
    }
  }

  private static RelayClient connect(NextHopConfiguration configuration, Deadline deadline)
      throws RelayFailure {
    Deadline connected = deadline.orAfter(configuration.timeouts().connect());
    IOException last = new UnknownHostException("no address");
    for (InetAddress address : addresses(configuration.host(), connected)) {
      if (connected.hasPassed()) {
        break;
      }
      try {
        return connect(configuration, address, connected);
      } catch (IOException e) {
        last = e;
      }
    }
    throw new RelayFailure(Kind.UNREACHABLE, RelayStep.CONNECT, describe(last));
  }

  private static RelayClient connect(
      NextHopConfiguration configuration, InetAddress address, Deadline connected)
      throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel
          .socket()
          .connect(
              new InetSocketAddress(address, configuration.port()), connected.remainingMillis());
      return new RelayClient(configuration, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Resolves the name; the resolver has no timeout, so it works on a thread of its own. */
  private static InetAddress[] addresses(String host, Deadline deadline) throws RelayFailure {
    try {
      return new InetAddress[] {InetAddress.ofLiteral(host)};
    } catch (IllegalArgumentException notALiteral) {
      // a name, then
    }
    FutureTask<InetAddress[]> lookUp = new FutureTask<>(() -> InetAddress.getAllByName(host));
    Thread.ofVirtual().name("relay-resolve").start(lookUp);
    try {
      return lookUp.get(deadline.remainingMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new RelayFailure(
          Kind.UNREACHABLE, RelayStep.CONNECT, "name is not known: " + describe(e.getCause()));
    } catch (TimeoutException e) {
      throw new RelayFailure(Kind.UNREACHABLE, RelayStep.CONNECT, "name was not resolved in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RelayFailure(Kind.UNREACHABLE, RelayStep.CONNECT, "interrupted");
    }
  }

  /** Takes the greeting and says EHLO, or HELO to a next hop that does not know EHLO. */
  private void greet(Deadline deadline) throws RelayFailure {
    RelayTimeouts timeouts = configuration.timeouts();
    NextHopReply banner = readReply(RelayStep.BANNER, deadline.orAfter(timeouts.banner()));
    requireWelcome(banner, RelayStep.BANNER);
    String name = configuration.ehloName();
    NextHopReply ehlo = command("EHLO " + name, RelayStep.EHLO, timeouts.ehlo(), deadline);
    if (ehlo.code() >= 500 && ehlo.code() <= 504) {
      // RFC 5321 §3.2: where EHLO is not understood, HELO is the way
      NextHopReply helo = command("HELO " + name, RelayStep.EHLO, timeouts.ehlo(), deadline);
      requireWelcome(helo, RelayStep.EHLO);
      extensions = Extensions.NONE;
    } else {
      requireWelcome(ehlo, RelayStep.EHLO);
      extensions = Extensions.ofEhloReply(ehlo.lines());
    }
  }

  private static void requireWelcome(NextHopReply reply, RelayStep step) throws RelayFailure {
    if (reply.isPositive()) {
      return;
    }
    throw reply.code() < 400
        ? new RelayFailure(Kind.GARBAGE, step, "a 3xx reply in place of a welcome", reply)
        : new RelayFailure(Kind.REJECTED, step, "turned away", reply);
  }

  // ---- state

  /** Returns what this connection's EHLO offered. */
  Extensions extensions() {
    return extensions;
  }

  /** Counts a MAIL command. */
  void countMail() {
    mails++;
  }

  /** Returns how many MAIL commands it has seen. */
  int mails() {
    return mails;
  }

  /** Returns whether it has been idle in the pool: it may have died there. */
  boolean isKept() {
    return kept;
  }

  void markIdle() {
    kept = true;
    idleSince = System.nanoTime();
  }

  boolean isIdleLongerThan(Duration time) {
    return System.nanoTime() - idleSince >= time.toNanos();
  }

  /**
   * Returns whether nothing has come from the next hop since its last reply, neither bytes (a 421
   * that nobody asked for) nor the end of the stream. Costs a system call, no round trip.
   */
  boolean isQuiet() {
    if (reader.hasBuffered() || !channel.isOpen()) {
      return false;
    }
    try {
      channel.configureBlocking(false);
      try {
        return channel.read(ByteBuffer.allocate(1)) == 0;
      } finally {
        channel.configureBlocking(true);
      }
    } catch (IOException e) {
      return false;
    }
  }

  // ---- talking

  /** Writes one command and reads its reply. */
  NextHopReply command(byte[] line, RelayStep step, Duration time, Deadline deadline)
      throws RelayFailure {
    Deadline until = deadline.orAfter(time);
    append(line, 0, line.length, step, until);
    flush(step, until);
    return readReply(step, until);
  }

  private NextHopReply command(String command, RelayStep step, Duration time, Deadline deadline)
      throws RelayFailure {
    return command((command + "\r\n").getBytes(StandardCharsets.US_ASCII), step, time, deadline);
  }

  /**
   * Takes what the next hop said without being asked, if it did.
   *
   * @return the reply, or null where nothing is pending
   */
  @Nullable NextHopReply unasked(RelayStep step, Deadline deadline) throws RelayFailure {
    try {
      if (!reader.hasBuffered() && in.available() == 0) {
        return null;
      }
    } catch (IOException e) {
      throw new RelayFailure(Kind.BROKEN, step, describe(e));
    }
    return readReply(step, deadline);
  }

  /**
   * Requires that the next hop has said nothing that belongs to no command: its next bytes would be
   * taken for an answer that it never gave.
   */
  void requireSilence(RelayStep step, Deadline deadline) throws RelayFailure {
    NextHopReply unasked = unasked(step, deadline);
    if (unasked == null) {
      return;
    }
    // RFC 5321 §3.8: 421 may come at any time
    throw unasked.code() == 421
        ? new RelayFailure(Kind.CLOSING, step, "closing", unasked)
        : new RelayFailure(Kind.GARBAGE, step, "a reply that nobody asked for", unasked);
  }

  /** Puts bytes into the block that is being filled; writes it when it is full. */
  void append(byte[] bytes, int offset, int length, RelayStep step, Deadline deadline)
      throws RelayFailure {
    int from = offset;
    int left = length;
    while (left > 0) {
      if (outLength == BLOCK) {
        flush(step, deadline);
      }
      int taken = Math.min(left, BLOCK - outLength);
      System.arraycopy(bytes, from, out, outLength, taken);
      outLength += taken;
      from += taken;
      left -= taken;
    }
  }

  /** Writes what the block has. */
  void flush(RelayStep step, Deadline deadline) throws RelayFailure {
    ByteBuffer bytes = ByteBuffer.wrap(out, 0, outLength);
    outLength = 0;
    watchedUntil = deadline.orAfter(configuration.timeouts().block());
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw overdue
          ? new RelayFailure(Kind.TIMEOUT, step, "the next hop does not read")
          : new RelayFailure(Kind.BROKEN, step, describe(e));
    } finally {
      watchedUntil = null;
    }
  }

  /** Reads one reply. */
  NextHopReply readReply(RelayStep step, Deadline deadline) throws RelayFailure {
    try {
      return reader.read(deadline);
    } catch (ReplyReader.MalformedReplyException e) {
      throw new RelayFailure(Kind.GARBAGE, step, describe(e));
    } catch (SocketTimeoutException e) {
      throw new RelayFailure(Kind.TIMEOUT, step, "no reply in time");
    } catch (EOFException e) {
      throw new RelayFailure(Kind.BROKEN, step, "end of stream");
    } catch (IOException e) {
      throw new RelayFailure(Kind.BROKEN, step, describe(e));
    }
  }

  private int readWithin(byte[] into, int offset, int length, Deadline deadline)
      throws IOException {
    if (deadline.hasPassed()) {
      throw new SocketTimeoutException("deadline has passed");
    }
    if (!watched || deadline.remainingNanos() <= EXACT_NANOS) {
      setSoTimeout(deadline.remainingMillis());
      return in.read(into, offset, length);
    }
    // A virtual thread that waits with a timeout wakes the scheduler's timer thread twice, which
    // costs more than the read itself; so a long wait has none, and is watched as a write is.
    setSoTimeout(0);
    watchedUntil = deadline;
    try {
      return in.read(into, offset, length);
    } catch (IOException e) {
      if (overdue) {
        throw new SocketTimeoutException("deadline has passed");
      }
      throw e;
    } finally {
      watchedUntil = null;
    }
  }

  private void setSoTimeout(int millis) throws IOException {
    if (soTimeout != millis) {
      channel.socket().setSoTimeout(millis);
      soTimeout = millis;
    }
  }

  private static String describe(@Nullable Throwable e) {
    return e == null ? "unknown" : e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  // ---- closing

  /** Says whether the pool calls {@link #closeIfOverdue} from now on. */
  void watched(boolean byPool) {
    watched = byPool;
  }

  /** Closes the connection if a write or a read on it takes longer than it may. */
  void closeIfOverdue() {
    Deadline deadline = watchedUntil;
    if (deadline != null && deadline.hasPassed()) {
      overdue = true;
      close();
    }
  }

  /** Says QUIT, waits a second at most for the answer, and closes. */
  void quit() {
    try {
      Duration most = Duration.ofSeconds(1);
      command("QUIT", RelayStep.RSET, most, Deadline.after(most));
    } catch (RelayFailure e) {
      // it was to be closed anyway
    } finally {
      close();
    }
  }

  /** Closes the connection without a word. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // nothing depends on it any more
    }
  }
}
