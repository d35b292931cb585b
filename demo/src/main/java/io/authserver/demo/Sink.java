package io.authserver.demo;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An SMTP server on loopback that takes everything and keeps it as it came. It stands for the party
 * at the other end, so it shares no code with the daemons.
 *
 * <p>Messages are kept in memory, or written into a folder (see {@link SinkFolder}). A message is
 * answered with 250 only when it is kept. Bounded: {@value #MAX_SESSIONS} sessions (then 421),
 * {@value #MAX_MESSAGE} bytes a message (552), {@value #MAX_MEMORY} bytes in memory at a time, in
 * transit and kept (452).
 */
public final class Sink implements AutoCloseable {
  static final int MAX_SESSIONS = 500;
  static final long MAX_MESSAGE = 64L << 20;
  static final long MAX_MEMORY = 256L << 20;

  /** How many envelopes are remembered of what went into a folder. */
  private static final int MAX_REMEMBERED = 10_000;

  private static final int BACKLOG = 1024;
  private static final Duration ACCEPT_PAUSE = Duration.ofMillis(50);

  private final String name;
  private final ServerSocket listener;
  private final InstantSource clock;
  private final @Nullable SinkFolder folder;
  private final SinkHandler handler;
  private final Semaphore sessions = new Semaphore(MAX_SESSIONS);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicLong memory = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  // Guarded by lock.
  private final List<SinkMessage> messages = new ArrayList<>();
  private volatile boolean closed;

  private Sink(String name, InstantSource clock, @Nullable SinkFolder folder, SinkHandler handler)
      throws IOException {
    this.name = name;
    this.clock = clock;
    this.folder = folder;
    this.handler = handler;
    this.listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), BACKLOG);
    Thread.ofVirtual().name("sink-" + name).start(this::acceptAll);
  }

  /**
   * Starts a sink that keeps messages in memory.
   *
   * @param name what it calls itself in its greeting
   */
  public static Sink inMemory(String name, InstantSource clock) throws IOException {
    return new Sink(name, clock, null, _ -> {});
  }

  /** Starts a sink that keeps messages in memory and hands each to a handler before it does. */
  static Sink handing(String name, InstantSource clock, SinkHandler handler) throws IOException {
    return new Sink(name, clock, null, handler);
  }

  /** Starts a sink that writes messages into an existing folder and remembers their envelopes. */
  public static Sink intoFolder(String name, InstantSource clock, Path folder) throws IOException {
    return new Sink(name, clock, new SinkFolder(folder), _ -> {});
  }

  /** Returns where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /** Returns what came so far, in order. */
  public List<SinkMessage> messages() {
    lock.lock();
    try {
      return List.copyOf(messages);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a message.
   *
   * @return the first that matches
   * @throws TimeoutException when none came in that time
   */
  public SinkMessage await(Predicate<SinkMessage> wanted, Duration atMost)
      throws TimeoutException, InterruptedException {
    long nanos = atMost.toNanos();
    lock.lock();
    try {
      while (true) {
        for (SinkMessage message : messages) {
          if (wanted.test(message)) {
            return message;
          }
        }
        if (nanos <= 0) {
          throw new TimeoutException(
              "no such message within " + atMost.toMillis() + " ms; came: " + messages);
        }
        nanos = arrived.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private void acceptAll() {
    while (!closed) {
      try {
        Socket socket = listener.accept();
        Thread.ofVirtual().name("sink-" + name + "-session").start(() -> serve(socket));
      } catch (IOException e) {
        // Too many open files, say; or the sink was closed, which ends the loop.
        LockSupport.parkNanos(ACCEPT_PAUSE.toNanos());
      }
    }
  }

  private void serve(Socket socket) {
    boolean admitted = sessions.tryAcquire();
    open.add(socket);
    try (socket) {
      if (!closed) {
        socket.setTcpNoDelay(true);
        new SinkSession(this, socket).run(admitted);
      }
    } catch (IOException e) {
      // The client went away or fell silent: what it had not finished is not a message.
    } finally {
      open.remove(socket);
      if (admitted) {
        sessions.release();
      }
    }
  }

  String name() {
    return name;
  }

  InstantSource clock() {
    return clock;
  }

  int nextNumber() {
    return numbers.incrementAndGet();
  }

  /** Takes bytes of the memory budget; false where they are not to be had. */
  boolean reserve(long bytes) {
    if (memory.addAndGet(bytes) <= MAX_MEMORY) {
      return true;
    }
    memory.addAndGet(-bytes);
    return false;
  }

  void release(long bytes) {
    memory.addAndGet(-bytes);
  }

  /** Keeps a message; returns whether its bytes stay in memory. */
  boolean keep(SinkMessage message) throws IOException {
    handler.accept(message);
    if (folder != null) {
      folder.write(message);
    }
    lock.lock();
    try {
      if (folder != null && messages.size() == MAX_REMEMBERED) {
        messages.removeFirst();
      }
      messages.add(folder == null ? message : message.withoutContent());
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
    return folder == null;
  }

  /** Stops listening and ends all sessions. */
  @Override
  public void close() {
    closed = true;
    quietly(listener);
    open.forEach(Sink::quietly);
  }

  private static void quietly(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing is left to be done with a socket that cannot be closed.
    }
  }
}
