package io.authserver.smtp.server;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.subethamail.smtp.server.Session;
import org.subethamail.smtp.server.SessionHandler;

/**
 * Called by SubEtha in the session's own thread, before the banner: we never let it begin. Whatever
 * is thrown in a session ends here, and with it that session alone.
 */
final class TakeOver implements SessionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);

  /** Names sessions: unique in a process, and over restarts as long as the clock goes forward. */
  private static final AtomicLong LAST_ID = new AtomicLong(System.currentTimeMillis() << 10);

  private final FrontSettings settings;
  private final SessionRegistry sessions;

  TakeOver(FrontSettings settings, SessionRegistry sessions) {
    this.settings = settings;
    this.sessions = sessions;
  }

  @Override
  public SessionAcceptance accept(Session session) {
    try {
      serve(session.getSocket());
    } catch (IOException e) {
      LOG.debug("event=client_vanished cause={}", Reply.clean(e.toString()));
    } catch (Throwable e) {
      LOG.error("event=session_failed", e);
    } finally {
      session.quit();
    }
    return SessionAcceptance.success();
  }

  @Override
  public void onSessionEnd(Session session) {
    // Nothing is left to do: the session ended in accept().
  }

  /** Speaks the whole session, or says why there is none; the socket is the caller's. */
  void serve(Socket socket) throws IOException {
    InetAddress client = socket.getInetAddress();
    if (settings.allowedClients().stream().noneMatch(each -> each.contains(client))) {
      // 421, not 554: a mail client of ours that is not in the list yet keeps its mail.
      settings.metrics().refused(FrontMetrics.Refusal.CLIENT_ADDRESS);
      refuse(socket, "reason=" + FrontMetrics.Refusal.CLIENT_ADDRESS.label(), Replies.NOT_ALLOWED);
      return;
    }
    switch (sessions.admit(client)) {
      case TOO_MANY -> refuse(socket, FrontMetrics.Limit.SESSIONS, Replies.TOO_MANY_SESSIONS);
      case TOO_MANY_OF_CLIENT ->
          refuse(
              socket, FrontMetrics.Limit.SESSIONS_PER_CLIENT, Replies.TOO_MANY_SESSIONS_OF_CLIENT);
      case ADMITTED -> {
        try {
          speak(socket);
        } finally {
          sessions.release(client);
        }
      }
    }
  }

  private void refuse(Socket socket, FrontMetrics.Limit limit, Reply reply) throws IOException {
    settings.metrics().limit(limit);
    refuse(socket, "limit=" + limit.label(), reply);
  }

  private void refuse(Socket socket, String why, Reply reply) throws IOException {
    sessions.begun(socket);
    LOG.info(
        "event=session_refused {} client={}",
        why,
        TraceField.addressLiteral(socket.getInetAddress()));
    socket.getOutputStream().write(reply.toWire());
  }

  private void speak(Socket socket) throws IOException {
    String id = AsciiCase.upper(Long.toString(LAST_ID.incrementAndGet(), 36));
    SmtpSession session = new SmtpSession(settings, socket, id);
    sessions.add(session);
    try {
      sessions.begun(socket);
      settings.metrics().sessionStarted();
      session.run();
    } finally {
      sessions.remove(session);
      settings.metrics().sessionEnded();
    }
  }
}
