package io.authserver.smtp.server;

import io.authserver.smtp.address.EnvelopeParser;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.OfferedParameters;
import io.authserver.smtp.address.Parsed;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.relay.Extensions;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mail commands of a session: MAIL, RCPT, DATA, RSET. Used by the session's thread. */
final class Commands {
  private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

  /** How many pipelined recipients go to the daemon in one call. */
  private static final int LARGEST_BATCH = 1000;

  private final FrontSettings settings;
  private final SessionInput input;
  private final ReplyWriter output;
  private final SessionPhase phase;
  private final ErrorCount errors;
  private final ReplyWatch watch;
  private @Nullable OpenTransaction transaction;
  private OfferedParameters offered = OfferedParameters.NONE;
  private boolean mailRefused;
  private boolean receiving;
  private long transactions;

  Commands(
      FrontSettings settings,
      SessionInput input,
      ReplyWriter output,
      SessionPhase phase,
      ErrorCount errors,
      ReplyWatch watch) {
    this.settings = settings;
    this.input = input;
    this.output = output;
    this.phase = phase;
    this.errors = errors;
    this.watch = watch;
  }

  boolean inTransaction() {
    return transaction != null;
  }

  /** Returns whether a message is on its way in. */
  boolean isReceiving() {
    return receiving;
  }

  /** Answers MAIL (RFC 5321 §4.1.1.2). */
  void mail(@Nullable ClientSession session, String argument) throws IOException {
    if (session == null) {
      reply(errors.count(Replies.NO_GREETING));
      return;
    }
    if (transaction != null) {
      reply(errors.count(Replies.NESTED_MAIL));
      return;
    }
    mailRefused = true;
    Sender sender;
    switch (EnvelopeParser.parseMail(argument, offered)) {
      case Parsed.Refused<Sender>(Reply reply) -> {
        reply(errors.countInMail(reply));
        return;
      }
      case Parsed.Value<Sender>(Sender value) -> sender = value;
    }
    // RFC 1870 §6.1: 552 where the declared size is over the limit.
    if (sender.parameters().size() > settings.limits().messageSize()) {
      settings.metrics().limit(FrontMetrics.Limit.MESSAGE_SIZE);
      reply(Replies.TOO_LARGE);
      return;
    }
    if (extensions().isEmpty()) {
      reply(Replies.NEXT_HOP_UNKNOWN);
      return;
    }
    begin(session, sender);
  }

  private void begin(ClientSession session, Sender sender) throws IOException {
    String id = session.id() + "-" + ++transactions;
    OpenTransaction opened;
    try {
      opened = OpenTransaction.begin(settings, session, id, sender, watch);
    } catch (RuntimeException e) {
      LOG.error("event=transaction_failed transaction={} command=MAIL", id, e);
      reply(Replies.LOCAL_ERROR);
      return;
    }
    transaction = opened;
    Reply reply = opened.mail();
    mailRefused = !reply.isPositive();
    if (mailRefused) {
      endTransaction();
    } else {
      errors.mailAccepted();
    }
    reply(reply);
  }

  /** Returns what the next hop offers, or empty where that is not known. */
  Optional<Extensions> extensions() {
    try {
      return settings.extensions().get();
    } catch (RuntimeException e) {
      LOG.error("event=extensions_failed", e);
      return Optional.empty();
    }
  }

  /** Answers RCPT, and every RCPT behind it that has already come (RFC 5321 §4.1.1.3). */
  void rcpt(String argument) throws IOException {
    OpenTransaction open = transaction;
    if (open == null) {
      // What a client pipelined behind a MAIL that was refused is no error of its own.
      reply(mailRefused ? Replies.NO_MAIL : errors.count(Replies.NO_MAIL));
      return;
    }
    int room = settings.limits().recipients() - open.acceptedRecipients();
    if (room <= 0) {
      open.met(FrontMetrics.Limit.RECIPIENTS);
      reply(Replies.TOO_MANY_RECIPIENTS);
      return;
    }
    List<Parsed<Recipient>> batch = new ArrayList<>();
    List<Recipient> valid = new ArrayList<>();
    Parsed<Recipient> next =
        withMemory(open, EnvelopeParser.parseRecipient(argument, open.smtpUtf8(), offered));
    batch.add(next);
    // The first that is refused ends the batch, so that refusals do not pile up.
    while (next instanceof Parsed.Value<Recipient>(Recipient recipient)) {
      valid.add(recipient);
      if (valid.size() == room || valid.size() == LARGEST_BATCH || !input.hasLineWithVerb("RCPT")) {
        break;
      }
      next = withMemory(open, nextRecipient(open));
      batch.add(next);
    }
    List<Reply> replies = valid.isEmpty() ? List.of() : open.recipients(valid, errors);
    int answered = 0;
    for (Parsed<Recipient> each : batch) {
      switch (each) {
        case Parsed.Refused<Recipient>(Reply reply) -> reply(reply);
        case Parsed.Value<Recipient> value -> reply(replies.get(answered++));
      }
    }
  }

  private Parsed<Recipient> nextRecipient(OpenTransaction open) throws IOException {
    // The line is in the buffer: this does not wait.
    return switch (input.readLine(Deadline.in(settings.timeouts().command()))) {
      case InputLine.Text(String text) ->
          EnvelopeParser.parseRecipient(
              text.length() > 5 ? text.substring(5).strip() : "", open.smtpUtf8(), offered);
      case InputLine.Bad bad -> new Parsed.Refused<>(errors.count(bad.reply()));
      case InputLine.End _, InputLine.TlsRecord _ ->
          throw new IOException("stream ended inside a line that had come");
    };
  }

  private static Parsed<Recipient> withMemory(OpenTransaction open, Parsed<Recipient> parsed) {
    return !(parsed instanceof Parsed.Value<Recipient>(Recipient recipient))
            || open.reserveFor(recipient)
        ? parsed
        : new Parsed.Refused<>(Replies.NO_MEMORY_FOR_RECIPIENT);
  }

  /**
   * Answers DATA (RFC 5321 §4.1.1.4).
   *
   * @return false when the client went away
   */
  boolean data(String argument) throws IOException {
    OpenTransaction open = transaction;
    if (open == null) {
      reply(mailRefused ? Replies.NO_MAIL : errors.count(Replies.NO_MAIL));
      return true;
    }
    if (!argument.isEmpty()) {
      reply(errors.count(Replies.BAD_ARGUMENT));
      return true;
    }
    if (open.acceptedRecipients() == 0) {
      reply(Replies.NO_RECIPIENTS);
      return true;
    }
    if (!phase.beginWait(true)) {
      return false;
    }
    reply(Replies.START_DATA);
    try {
      Reply reply = message(open);
      if (reply == null) {
        return false;
      }
      reply(reply);
      output.flush();
      return true;
    } finally {
      phase.endWait();
    }
  }

  /**
   * Receives a message and has it decided; whatever it took is given back when this returns.
   *
   * @return the reply to the final dot; null when the client is to get none
   */
  private @Nullable Reply message(OpenTransaction open) throws IOException {
    try (MessageReceiver receiver = new MessageReceiver(settings, input)) {
      try {
        return message(open, receiver);
      } finally {
        // The message's bytes stay until the transaction is closed.
        endTransaction();
      }
    }
  }

  private @Nullable Reply message(OpenTransaction open, MessageReceiver receiver)
      throws IOException {
    receiving = true;
    MessageReceiver.Result result = receiver.receive();
    receiving = false;
    if (result instanceof MessageReceiver.Result.Cut || !phase.finalDot()) {
      return null;
    }
    open.received(receiver.size());
    return switch (result) {
      case MessageReceiver.Result.Complete complete -> open.message(complete);
      case MessageReceiver.Result.Refused refused -> open.refused(refused);
      case MessageReceiver.Result.Cut cut -> throw new IllegalStateException("cut off");
    };
  }

  /** Ends the transaction, if one is open, without a word to the client. */
  void endTransaction() {
    OpenTransaction open = transaction;
    transaction = null;
    if (open != null) {
      open.close();
    }
  }

  /** Begins anew, as RSET, EHLO and HELO do (RFC 5321 §4.1.1.5, §4.1.4). */
  void reset() {
    mailRefused = false;
    endTransaction();
  }

  /** Begins anew after a greeting that offered nothing, or before any (RFC 5321 §2.2.1). */
  void greetedPlainly() {
    reset();
    offered = OfferedParameters.NONE;
  }

  /** Begins anew and returns the extensions that EHLO offers (RFC 5321 §4.1.1.1, §4.1.4). */
  List<String> greetedWithExtensions() {
    reset();
    List<String> lines = new ArrayList<>();
    lines.add("PIPELINING");
    lines.add("ENHANCEDSTATUSCODES");
    lines.add("SIZE " + settings.limits().messageSize());
    Extensions nextHop = extensions().orElse(Extensions.NONE);
    // RFC 6531 §3.1: who offers SMTPUTF8 offers 8BITMIME as well.
    boolean smtpUtf8 = nextHop.smtpUtf8() && nextHop.eightBitMime();
    offered = new OfferedParameters(true, nextHop.eightBitMime(), smtpUtf8, nextHop.dsn());
    if (nextHop.eightBitMime()) {
      lines.add(MailParameters.Body.EIGHTBITMIME.keyword());
    }
    if (smtpUtf8) {
      lines.add("SMTPUTF8");
    }
    if (nextHop.dsn()) {
      lines.add("DSN");
    }
    return lines;
  }

  private void reply(Reply reply) throws IOException {
    output.add(reply);
  }
}
