package io.authserver.smtp.server;

import java.net.Socket;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The sessions of a front. Safe for many threads. */
final class SessionRegistry {
  private final int most;
  private final Set<SmtpSession> sessions = new HashSet<>();

  /** Accepted connections on their way from the accepting thread to the session's own. */
  private final Set<Socket> unbegun = Collections.newSetFromMap(new IdentityHashMap<>());

  private boolean draining;

  SessionRegistry(int most) {
    this.most = most;
  }

  /** Adds a session unless there are too many. */
  synchronized boolean add(SmtpSession session) {
    if (sessions.size() >= most) {
      return false;
    }
    if (draining) {
      session.phase().drain(false);
    }
    return sessions.add(session);
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

  synchronized int size() {
    return sessions.size();
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
