package io.authserver.smtp.server;

import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction of a session: calls the daemon's {@link MailTransaction}, turns its failures into
 * 451 4.3.0, and writes its line in the log. Used by the session's thread.
 */
final class OpenTransaction implements AutoCloseable {
  // One name for the line of every transaction, whatever class writes it.
  private static final Logger LOG = LoggerFactory.getLogger("io.authserver.smtp.transaction");

  /** What is kept of a recipient beside its text, here and on the way to the next hop. */
  private static final int RECIPIENT_OBJECTS = 600;

  /** Its text as it came and in a command for the next hop, each of two bytes a character. */
  private static final int COPIES_OF_RECIPIENT = 4;

  private final FrontSettings settings;
  private final ClientSession session;
  private final String id;
  private final Sender sender;
  private final MailTransaction daemon;
  private final ReplyWatch watch;
  private final List<Recipient> accepted = new ArrayList<>();
  private final MemoryBudget.Share working;
  private final long began = System.nanoTime();
  private final Set<FrontMetrics.Limit> limits = EnumSet.noneOf(FrontMetrics.Limit.class);
  private int refused;
  private long bytes;
  private @Nullable Reply decisive;

  private OpenTransaction(
      FrontSettings settings,
      ClientSession session,
      String id,
      Sender sender,
      MailTransaction daemon,
      ReplyWatch watch) {
    this.settings = settings;
    this.session = session;
    this.id = id;
    this.sender = sender;
    this.daemon = daemon;
    this.watch = watch;
    this.working = settings.workingMemory().share();
  }

  /** Begins a transaction with the daemon; {@link #mail} comes next. */
  static OpenTransaction begin(
      FrontSettings settings, ClientSession session, String id, Sender sender, ReplyWatch watch) {
    return new OpenTransaction(
        settings, session, id, sender, settings.transactions().begin(session), watch);
  }

  /** Returns the reply to MAIL; unless it is positive the transaction is over. */
  Reply mail() {
    Reply reply;
    try {
      reply = Replies.forClient(inTime(() -> daemon.onMail(sender)));
    } catch (IOException | RuntimeException e) {
      reply = failed("MAIL", e);
    }
    if (!reply.isPositive()) {
      decisive = reply;
    }
    return reply;
  }

  /**
   * Reserves the memory for a recipient, with what is kept of it on its way to the next hop; it is
   * given back when the recipient is refused or the transaction ends.
   *
   * @return false where there is not enough
   */
  boolean reserveFor(Recipient recipient) {
    long bytes = memoryOf(recipient);
    if (working.tryAdd(bytes)) {
      return true;
    }
    if (!limits.contains(FrontMetrics.Limit.WORKING_MEMORY)) {
      LOG.warn(
          "event=working_memory_spent purpose=recipients transaction={} bytes={} used={}"
              + " capacity={}",
          id,
          working.bytes() + bytes,
          settings.workingMemory().used(),
          settings.workingMemory().capacity());
    }
    met(FrontMetrics.Limit.WORKING_MEMORY);
    return false;
  }

  private static long memoryOf(Recipient recipient) {
    String orcpt = recipient.parameters().orcpt();
    int characters = orcpt == null ? 0 : orcpt.length();
    if (recipient.forwardPath() instanceof ForwardPath.Address(Mailbox mailbox)) {
      characters += mailbox.localPart().length() + mailbox.domain().length();
    }
    return RECIPIENT_OBJECTS + (long) COPIES_OF_RECIPIENT * characters;
  }

  /**
   * Returns a reply for each recipient.
   *
   * @param errors counts those that are errors of the client
   */
  List<Reply> recipients(List<Recipient> recipients, ErrorCount errors) {
    List<Reply> replies;
    try {
      replies = inTime(() -> daemon.onRecipients(recipients));
      if (replies.size() != recipients.size()) {
        throw new IllegalStateException(
            replies.size() + " replies for " + recipients.size() + " recipients");
      }
      replies = replies.stream().map(Replies::forClient).toList();
      errors.countInMail(daemon.errorsOfClient());
    } catch (IOException | RuntimeException e) {
      replies = Collections.nCopies(recipients.size(), failed("RCPT", e));
    }
    for (int i = 0; i < recipients.size(); i++) {
      if (replies.get(i).isPositive()) {
        accepted.add(recipients.get(i));
      } else {
        refused++;
        working.remove(memoryOf(recipients.get(i)));
      }
    }
    return replies;
  }

  /** Hands the message over and returns the one reply to the final dot. */
  Reply message(MessageReceiver.Result.Complete complete) {
    ReceivedMessage message = new ReceivedMessage(id, complete.message(), receivedField());
    Reply reply;
    try {
      List<Reply> outcomes = inTime(() -> daemon.onMessage(message));
      if (outcomes.size() != accepted.size()) {
        throw new IllegalStateException(
            outcomes.size() + " outcomes for " + accepted.size() + " recipients");
      }
      reply = Replies.forClient(OutcomeMerge.merge(outcomes));
    } catch (IOException | RuntimeException e) {
      reply = failed("DATA", e);
    }
    decisive = reply;
    return reply;
  }

  /** Work of the daemon for a command. */
  private interface Work<T> {
    T run() throws IOException;
  }

  private <T> T inTime(Work<T> work) throws IOException {
    watch.begin();
    try {
      return work.run();
    } finally {
      watch.end();
    }
  }

  private byte[] receivedField() {
    ForwardPath single = accepted.size() == 1 ? accepted.getFirst().forwardPath() : null;
    return TraceField.received(
        session,
        settings.hostName(),
        id,
        sender.parameters().smtpUtf8(),
        single,
        settings.clock().instant());
  }

  /**
   * Notes that the front refuses the message, and which limit it met for that. What is refused for
   * good the daemon may answer otherwise.
   */
  Reply refused(MessageReceiver.Result.Refused refused) {
    FrontMetrics.Limit limit = refused.limit();
    if (limit != null) {
      met(limit);
    }
    Reply reply = refused.reply();
    if (reply.isPermanent()) {
      MessageReceiver.Kept kept = refused.kept();
      RefusedMessage message =
          new RefusedMessage(
              id,
              limit == null ? "stray_line_ends" : limit.label(),
              reply,
              kept.header(),
              kept.whole());
      try {
        reply = Replies.forClient(inTime(() -> daemon.onRefused(message)));
      } catch (IOException | RuntimeException e) {
        reply = failed("DATA", e);
      }
    }
    decisive = reply;
    return reply;
  }

  /** Counts a limit that was met, and notes it for the line in the log. */
  void met(FrontMetrics.Limit limit) {
    settings.metrics().limit(limit);
    limits.add(limit);
  }

  void received(long messageBytes) {
    bytes = messageBytes;
  }

  int acceptedRecipients() {
    return accepted.size();
  }

  boolean smtpUtf8() {
    return sender.parameters().smtpUtf8();
  }

  /** Ends it at the daemon, and writes the line. */
  @Override
  public void close() {
    Map<String, String> fields = Map.of();
    try {
      fields = daemon.logFields();
    } catch (Throwable e) {
      LOG.error("event=log_fields_failed transaction={}", id, e);
    }
    try {
      daemon.close();
    } catch (Throwable e) {
      LOG.error("event=close_failed transaction={}", id, e);
    }
    working.close();
    Duration duration = Duration.ofNanos(System.nanoTime() - began);
    Reply reply = decisive;
    settings.metrics().transactionEnded(reply == null ? 0 : reply.code(), bytes, duration);
    if (LOG.isInfoEnabled()) {
      LogLine line = new LogLine();
      line.add("session", session.id()).add("transaction", id);
      line.add("client", TraceField.addressLiteral(session.clientAddress().getAddress()));
      if (session.tlsProtocol() != null && session.tlsCipher() != null) {
        line.add("tls", session.tlsProtocol()).add("tls_cipher", session.tlsCipher());
      }
      line.add("reverse_path", sender.reversePath().toString());
      line.add("recipients", Integer.toString(accepted.size() + refused));
      if (refused > 0) {
        line.add("refused_recipients", Integer.toString(refused));
      }
      if (!limits.isEmpty()) {
        line.add(
            "limit",
            limits.stream().map(FrontMetrics.Limit::label).collect(Collectors.joining(",")));
      }
      fields.forEach(line::add);
      line.add("reply", reply == null ? "none" : reply.toString());
      line.add("bytes", Long.toString(bytes));
      line.add("ms", Long.toString(duration.toMillis()));
      LOG.info("{}", line);
    }
  }

  /** The one place where a failure becomes a reply: all of them are ours, and temporary. */
  private Reply failed(String command, Exception cause) {
    if (cause instanceof IOException) {
      LOG.warn(
          "event=transaction_failed transaction={} command={} cause={}",
          id,
          command,
          Reply.clean(cause.toString()));
    } else {
      LOG.error("event=transaction_failed transaction={} command={}", id, command, cause);
    }
    return Replies.LOCAL_ERROR;
  }
}
