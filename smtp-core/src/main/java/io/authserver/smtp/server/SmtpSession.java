package io.authserver.smtp.server;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The command loop of one session, from the banner to the last byte (RFC 5321 §4.1). Runs in the
 * session's own thread.
 */
final class SmtpSession {
  private static final Logger LOG = LoggerFactory.getLogger(SmtpSession.class);

  private final FrontSettings settings;
  private final ClientConnection connection;
  private final String id;
  private final SessionPhase phase;
  private final ReplyWriter output;
  private final SessionInput input;
  private final ErrorCount errors;
  private final ReplyWatch watch = new ReplyWatch();
  private final Commands commands;
  private final long sessionDeadline;

  /** Null where this client is not offered STARTTLS. */
  private final @Nullable StartTls startTls;

  private @Nullable ClientSession client;
  private @Nullable SSLSession tls;
  private boolean over;
  private final CountDownLatch ended = new CountDownLatch(1);

  SmtpSession(FrontSettings settings, Socket socket, String id) throws IOException {
    this.settings = settings;
    this.connection = new ClientConnection(socket);
    this.id = id;
    this.phase = new SessionPhase(this::dismiss, this::stopReading);
    this.output = new ReplyWriter(connection);
    this.input =
        new SessionInput(
            connection, output, settings.limits().commandLine(), settings.memoryBudget());
    this.errors = new ErrorCount(settings.limits().errors());
    this.commands = new Commands(settings, input, output, phase, errors, watch);
    StartTls configured = settings.startTls();
    this.startTls = configured != null && configured.isFor(socket) ? configured : null;
    this.sessionDeadline = Deadline.in(settings.timeouts().session());
  }

  SessionPhase phase() {
    return phase;
  }

  /** Speaks until the session is over. Never throws; the socket is the caller's to close. */
  void run() {
    try {
      if (phase.isDraining()) {
        last(Replies.SHUTTING_DOWN);
      } else if (connection.hasArrived()) {
        // RFC 5321 §4.3.1: clients wait for the banner, however long it takes.
        refuse(FrontMetrics.Refusal.BEFORE_BANNER, Replies.NO_SMTP);
      } else {
        output.add(new Reply(220, null, List.of(settings.hostName() + " ESMTP")));
      }
      while (!over) {
        step();
      }
      output.flush();
    } catch (SocketTimeoutException e) {
      boolean inData = commands.isReceiving();
      settings
          .metrics()
          .limit(inData ? FrontMetrics.Limit.DATA_TIME : FrontMetrics.Limit.COMMAND_TIME);
      sayLast(Replies.TIMEOUT);
    } catch (IOException e) {
      vanished(e);
    } catch (Throwable e) {
      LOG.error("event=session_failed session={}", id, e);
      sayLast(Replies.FAILED);
    } finally {
      end();
    }
  }

  private void end() {
    try {
      commands.endTransaction();
    } catch (Throwable e) {
      LOG.error("event=session_failed session={}", id, e);
    }
    input.close();
    if (phase.isDismissed()) {
      sayLast(Replies.SHUTTING_DOWN);
    }
    linger();
    ended.countDown();
  }

  private void step() throws IOException {
    if (Deadline.hasPassed(sessionDeadline) && !commands.inTransaction()) {
      settings.metrics().limit(FrontMetrics.Limit.SESSION_TIME);
      last(Replies.SESSION_TOO_LONG);
      return;
    }
    if (!phase.beginWait(commands.inTransaction())) {
      last(Replies.SHUTTING_DOWN);
      return;
    }
    InputLine line = input.readLine(Deadline.in(settings.timeouts().command()));
    if (!phase.endWait()) {
      over = true;
      return;
    }
    switch (line) {
      case InputLine.End end -> ended();
      case InputLine.TlsRecord _ -> refuse(FrontMetrics.Refusal.TLS, Replies.NO_SMTP);
      case InputLine.Bad(Reply reply, boolean tooLong, String beginning) -> {
        if (tooLong) {
          settings.metrics().limit(FrontMetrics.Limit.COMMAND_LINE);
        }
        if (!isRefused(beginning)) {
          output.add(errors.count(reply));
        }
      }
      case InputLine.Text(String text) -> {
        if (!isRefused(text)) {
          execute(text);
        }
      }
    }
    if (over) {
      return;
    }
    if (errors.tooMany()) {
      settings.metrics().limit(FrontMetrics.Limit.ERRORS);
      last(Replies.TOO_MANY_ERRORS);
    } else if (errors.withoutMail()) {
      refuse(FrontMetrics.Refusal.ERRORS_WITHOUT_MAIL, Replies.TOO_MANY_ERRORS);
    }
  }

  /** Ends the session where a line is none of SMTP: what comes behind it is not meant for us. */
  private boolean isRefused(String line) throws IOException {
    Optional<FrontMetrics.Refusal> reason = OtherProtocol.in(line);
    if (reason.isPresent()) {
      refuse(reason.get(), Replies.NO_SMTP);
    }
    return reason.isPresent();
  }

  private void refuse(FrontMetrics.Refusal reason, Reply reply) throws IOException {
    settings.metrics().refused(reason);
    LOG.info(
        "event=session_refused reason={} session={} client={}",
        reason.label(),
        id,
        TraceField.addressLiteral(connection.socket().getInetAddress()));
    last(reply);
  }

  private void execute(String text) throws IOException {
    int space = text.indexOf(' ');
    String verb = AsciiCase.upper(space < 0 ? text : text.substring(0, space));
    String argument = space < 0 ? "" : text.substring(space + 1).strip();
    switch (verb) {
      case "EHLO" -> greeting(argument, true);
      case "HELO" -> greeting(argument, false);
      case "MAIL" -> commands.mail(client, argument);
      case "RCPT" -> commands.rcpt(argument);
      case "DATA" -> {
        if (!commands.data(argument)) {
          ended();
        }
      }
      case "RSET" -> {
        if (withoutArgument(argument)) {
          commands.reset();
          output.add(Replies.OK);
        }
      }
      case "NOOP" -> output.add(Replies.OK);
      case "VRFY" ->
          output.add(
              argument.isEmpty() ? errors.count(Replies.BAD_ARGUMENT) : Replies.NOT_VERIFIED);
      case "HELP" -> output.add(Replies.HELP);
      case "QUIT" -> {
        if (withoutArgument(argument)) {
          last(Replies.BYE);
        }
      }
      case "BDAT" -> chunk(argument);
      case "STARTTLS" -> startTls(argument);
      case "AUTH", "EXPN", "ETRN", "LHLO", "SEND", "SOML", "SAML", "TURN" ->
          output.add(errors.count(Replies.NOT_IMPLEMENTED));
      default -> output.add(errors.count(Replies.UNKNOWN_COMMAND));
    }
  }

  private boolean withoutArgument(String argument) throws IOException {
    if (argument.isEmpty()) {
      return true;
    }
    output.add(errors.count(Replies.BAD_ARGUMENT));
    return false;
  }

  private void greeting(String argument, boolean extended) throws IOException {
    if (argument.isEmpty() || argument.length() > 255 || argument.indexOf(' ') >= 0) {
      // RFC 2034 §4: no enhanced status code in a reply to EHLO or HELO.
      output.add(errors.count(Reply.of(501, "", "syntax: EHLO name, or HELO name")));
      return;
    }
    List<String> lines = new ArrayList<>();
    lines.add(settings.hostName());
    if (extended) {
      lines.addAll(commands.greetedWithExtensions());
      // RFC 3207 §4.2: not offered once TLS is active.
      if (startTls != null && tls == null) {
        lines.add("STARTTLS");
      }
    } else {
      commands.greetedPlainly();
    }
    client =
        new ClientSession(
            id,
            (InetSocketAddress) connection.socket().getRemoteSocketAddress(),
            (InetSocketAddress) connection.socket().getLocalSocketAddress(),
            argument,
            extended,
            tls == null ? null : tls.getProtocol(),
            tls == null ? null : tls.getCipherSuite());
    output.add(new Reply(250, null, lines));
  }

  /** Answers STARTTLS (RFC 3207 §4) and, after 220, does the handshake. */
  private void startTls(String argument) throws IOException {
    if (startTls == null) {
      output.add(errors.count(Replies.NOT_IMPLEMENTED));
    } else if (!argument.isEmpty()) {
      // RFC 3207 §4: STARTTLS has no parameters; 501 where it is given one.
      output.add(errors.count(Replies.BAD_ARGUMENT));
    } else if (tls != null) {
      output.add(errors.count(Replies.TLS_ACTIVE));
    } else if (client == null || !client.extended()) {
      output.add(errors.count(Replies.NO_GREETING));
    } else if (commands.inTransaction()) {
      output.add(errors.count(Replies.NESTED_MAIL));
    } else if (!input.isEmpty() || connection.hasArrived()) {
      // RFC 2920 §3.1: STARTTLS is the last command of a group. What came behind it in clear text
      // may be somebody else's: it is executed neither now nor after the handshake, where it would
      // pass for what the client said under TLS (CVE-2011-0411).
      errors.count(Replies.BEHIND_STARTTLS);
      tlsFailed("commands in clear text behind STARTTLS");
      last(Replies.BEHIND_STARTTLS);
    } else {
      handshake(startTls);
    }
  }

  private void handshake(StartTls offered) throws IOException {
    SSLContext context;
    try {
      context = offered.contexts().get();
    } catch (RuntimeException e) {
      LOG.error("event=tls_not_available session={}", id, e);
      settings.metrics().tlsFailed();
      output.add(Replies.NO_TLS_NOW);
      return;
    }
    if (!phase.beginHandshake()) {
      last(Replies.SHUTTING_DOWN);
      return;
    }
    output.add(Replies.START_TLS);
    output.flush();
    // RFC 3207 §4.2: the session begins anew, and what the client said before is forgotten.
    commands.greetedPlainly();
    client = null;
    try {
      SSLSession established =
          connection.startTls(context, Deadline.in(offered.handshakeTimeout()));
      tls = established;
      settings.metrics().tlsStarted(established.getProtocol());
      LOG.debug(
          "event=tls_started session={} protocol={} cipher={}",
          id,
          established.getProtocol(),
          established.getCipherSuite());
    } catch (SocketTimeoutException e) {
      settings.metrics().limit(FrontMetrics.Limit.HANDSHAKE_TIME);
      tlsFailed("handshake took too long");
      over = true;
    } catch (IOException e) {
      // After 220 only TLS can be spoken: there is no reply to this.
      tlsFailed(e.toString());
      over = true;
    } finally {
      phase.endWait();
    }
  }

  private void tlsFailed(String cause) {
    LOG.info(
        "event=tls_failed session={} client={} cause=\"{}\"",
        id,
        connection.socket().getInetAddress().getHostAddress(),
        Reply.clean(cause).replace('"', '\''));
    settings.metrics().tlsFailed();
  }

  /** Refuses BDAT (RFC 3030): not offered, but its chunk is on the way and no command. */
  private void chunk(String argument) throws IOException {
    long size = ChunkSize.of(argument);
    if (size < 0) {
      // Where the chunk ends is not known, so nothing behind it may be taken for a command.
      errors.count(Replies.CHUNK_SIZE);
      last(Replies.CHUNK_SIZE);
      return;
    }
    if (!phase.beginWait(true)) {
      last(Replies.SHUTTING_DOWN);
      return;
    }
    long deadline = Deadline.in(settings.timeouts().message());
    boolean whole = input.discard(size, deadline);
    phase.endWait();
    if (!whole) {
      ended();
      return;
    }
    output.add(errors.count(Replies.NOT_IMPLEMENTED));
  }

  private void last(Reply reply) throws IOException {
    output.add(reply);
    over = true;
  }

  /** The stream has ended: the client closed its side, or we did since we are draining. */
  private void ended() throws IOException {
    if (phase.isDraining()) {
      last(Replies.SHUTTING_DOWN);
    } else {
      over = true;
    }
  }

  private void vanished(Exception cause) {
    LOG.debug("event=client_vanished session={} cause={}", id, Reply.clean(cause.toString()));
  }

  private void sayLast(Reply reply) {
    try {
      output.close(reply);
    } catch (IOException e) {
      vanished(e);
    }
  }

  /**
   * Says 421 to a client that is waited for (RFC 5321 §3.8), and gives it a second to read that and
   * go. Ending our read at once would leave what it is just sending unread, and closing then resets
   * the connection. Its own thread does it: a client that does not read must not hold up the rest.
   */
  private void dismiss() {
    connection.ignoreInput();
    Thread.ofVirtual()
        .name("smtp-front-dismiss")
        .start(
            () -> {
              try {
                output.close(Replies.SHUTTING_DOWN);
                connection.endOutput();
                if (!ended.await(1, TimeUnit.SECONDS)) {
                  stopReading();
                }
              } catch (IOException | RuntimeException e) {
                vanished(e);
                closeNow();
              } catch (InterruptedException e) {
                stopReading();
              }
            });
  }

  private void stopReading() {
    try {
      connection.stopReading();
    } catch (IOException e) {
      vanished(e);
    }
  }

  /** Ends a read, a write or work that has taken too long. Called by the watchdog. */
  void checkTimes(long now) {
    if (connection.expire(now)) {
      stopReading();
    }
    if (watch.interruptIfLate(now, settings.timeouts().reply().toNanos())) {
      settings.metrics().limit(FrontMetrics.Limit.REPLY_TIME);
      LOG.warn("event=reply_late session={} s={}", id, settings.timeouts().reply().toSeconds());
    }
    long began = connection.writeBegan();
    if (began != 0 && now - began > settings.timeouts().write().toNanos()) {
      settings.metrics().limit(FrontMetrics.Limit.WRITE_TIME);
      closeNow();
    }
  }

  void closeNow() {
    try {
      connection.closeNow();
    } catch (IOException e) {
      LOG.debug("event=close_failed session={} cause={}", id, Reply.clean(e.toString()));
    }
  }

  private void linger() {
    try {
      connection.linger(256 << 10, Deadline.in(Duration.ofSeconds(1)));
    } catch (IOException e) {
      LOG.trace("event=linger_ended session={}", id);
    }
  }
}
