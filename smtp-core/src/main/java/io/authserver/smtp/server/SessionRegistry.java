package io.authserver.smtp.server;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The sessions of a front. Safe for many threads. */
final class SessionRegistry {
  /** Whether a connection may become a session. */
  enum Admission {
    ADMITTED,
    TOO_MANY,
    TOO_MANY_OF_CLIENT
  }

  private final int most;
  private final int mostOfClient;

  /** Connections that were admitted and not released. */
  private int admitted;

  /** The same for each network of clients that has any; loopback is not counted. */
  private final Map<Long, Integer> ofClient = new HashMap<>();

  private final Set<SmtpSession> sessions = new HashSet<>();

  /** Accepted connections on their way from the accepting thread to the session's own. */
  private final Set<Socket> unbegun = Collections.newSetFromMap(new IdentityHashMap<>());

  private boolean draining;

  SessionRegistry(int most, int mostOfClient) {
    this.most = most;
    this.mostOfClient = mostOfClient;
  }

  /** Admits a client unless there are too many of all or of its own; {@link #release} it then. */
  synchronized Admission admit(InetAddress client) {
    if (admitted >= most) {
      return Admission.TOO_MANY;
    }
    if (!client.isLoopbackAddress()) {
      long network = network(client);
      if (ofClient.getOrDefault(network, 0) >= mostOfClient) {
        return Admission.TOO_MANY_OF_CLIENT;
      }
      ofClient.merge(network, 1, Integer::sum);
    }
    admitted++;
    return Admission.ADMITTED;
  }

  synchronized void release(InetAddress client) {
    admitted--;
    if (!client.isLoopbackAddress()) {
      ofClient.computeIfPresent(network(client), (_, count) -> count == 1 ? null : count - 1);
    }
    notifyAll();
  }

  /**
   * Returns an IPv4 address, or the first 64 bits of an IPv6 address, all of which one client may
   * have (RFC 6177 §2). No address of the second kind begins with 32 bits that are set.
   */
  private static long network(InetAddress client) {
    ByteBuffer bytes = ByteBuffer.wrap(client.getAddress());
    return client instanceof Inet6Address ? bytes.getLong() : 0xffff_ffffL << 32 | bytes.getInt();
  }

  /** Returns of how many networks there are clients. */
  synchronized int networks() {
    return ofClient.size();
  }

  /** Adds a session, to be asked to end when that is time. */
  synchronized void add(SmtpSession session) {
    if (draining) {
      session.phase().drain(false);
    }
    sessions.add(session);
  }

  /** Asks every session to end, also those that were accepted in the last moment. */
  synchronized void drain() {
    draining = true;
    sessions.forEach(session -> session.phase().drain(false));
  }

  synchronized void remove(SmtpSession session) {
    sessions.remove(session);
    notifyAll();
  }

  /** Returns how many clients were admitted and not released. */
  synchronized int size() {
    return admitted;
  }

  synchronized List<SmtpSession> all() {
    return List.copyOf(sessions);
  }

  /** Waits until no session is left, or only the deadline is; returns whether none is. */
  synchronized boolean awaitEmpty(long deadline) throws InterruptedException {
    while (!sessions.isEmpty() || hasUnbegun()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      // Nobody tells when a connection without a session is closed.
      long most = sessions.isEmpty() ? Math.min(left, 20_000_000) : left;
      TimeUnit.NANOSECONDS.timedWait(this, Math.max(most, 1_000_000));
    }
    return true;
  }

  /** Notes a connection that was accepted and has no session yet. */
  synchronized void accepted(Socket socket) {
    unbegun.removeIf(Socket::isClosed);
    unbegun.add(socket);
  }

  /** Notes that the connection has its session, or will have none. */
  synchronized void begun(Socket socket) {
    unbegun.remove(socket);
    notifyAll();
  }

  private boolean hasUnbegun() {
    unbegun.removeIf(Socket::isClosed);
    return !unbegun.isEmpty();
  }
}
