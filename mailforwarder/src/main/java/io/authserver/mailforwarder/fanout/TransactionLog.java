package io.authserver.mailforwarder.fanout;

import io.authserver.mailforwarder.notify.Refusal;
import io.authserver.mailforwarder.resolve.AuthorVerdict;
import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.OriginMark;
import io.authserver.smtp.relay.RelayOutcome;
import io.authserver.smtp.relay.RelayStep;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.server.ReceivedMessage;
import io.authserver.smtp.server.RefusedMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** What a transaction tells the log and the metrics. Addresses have no control characters. */
final class TransactionLog {
  private static final Logger LOG = LoggerFactory.getLogger(ForwardTransaction.class);

  /** Of what recipients share it is said once. */
  private static final List<Decision.Skipped> NONE_SKIPPED = List.of();

  private final String session;
  private final ForwarderMetrics metrics;
  private final Map<String, String> fields = new LinkedHashMap<>();
  private @Nullable Sender sender;

  TransactionLog(String session, ForwarderMetrics metrics) {
    this.session = session;
    this.metrics = metrics;
  }

  void sender(Sender mail) {
    sender = mail;
  }

  void recipient(Entry entry, Reply reply) {
    String path = entry.recipient().forwardPath().toString();
    switch (entry.decision()) {
      case Decision.PassOn _ -> metrics.decided("pass_on");
      case Decision.Drop drop -> {
        metrics.decided("drop");
        LOG.info("event=dropped session={} recipient={} reason={}", session, path, drop.reason());
      }
      case Decision.Refuse refuse -> {
        metrics.decided("refuse");
        metrics.refused(refuse.reason());
        LOG.atLevel(refuse.operatorShouldAct() ? Level.WARN : Level.INFO)
            .log("event=refused session={} recipient={} reason={}", session, path, refuse.reason());
      }
      case Decision.Forward forward -> {
        metrics.decided("forward");
        for (Decision.Skipped skipped : entry.isShared() ? NONE_SKIPPED : forward.skipped()) {
          LOG.atLevel(skipped.isWanted() ? Level.INFO : Level.WARN)
              .log(
                  "event=target_skipped session={} recipient={} target={} reason={}",
                  session,
                  path,
                  skipped.address(),
                  skipped.reason());
        }
      }
    }
    if (!reply.isPositive()) {
      LoggingEventBuilder line =
          LOG.atInfo()
              .addKeyValue("session", session)
              .addKeyValue("reverse_path", reversePath())
              .addKeyValue("recipient", path)
              .addKeyValue("reply", reply);
      failed(entry)
          .map(copy -> withCause(line.addKeyValue("target", copy.finalAddress()), copy, reply))
          .orElse(line)
          .log("event=recipient_refused");
    }
  }

  /** Returns the first copy that failed. */
  private static Optional<Copy> failed(Entry entry) {
    return entry.parts().stream().filter(part -> !part.isTaken()).map(Entry.Part::copy).findFirst();
  }

  /**
   * Says what a next hop refused, the sender, a recipient or the message, and in what words, where
   * the reply has not got them.
   */
  private static LoggingEventBuilder withCause(LoggingEventBuilder line, Copy copy, Reply reply) {
    RelayOutcome outcome = copy.outcome();
    LoggingEventBuilder said =
        outcome.refused().map(step -> line.addKeyValue("refused", refused(step))).orElse(line);
    String words =
        outcome instanceof RelayOutcome.TemporaryFailure failure && !failure.cause().isEmpty()
            ? failure.cause()
            : outcome.reply().toString();
    return words.equals(reply.toString()) ? said : said.addKeyValue("cause", words);
  }

  private static String refused(RelayStep step) {
    return switch (step) {
      case MAIL -> "sender";
      case RCPT -> "recipient";
      default -> "message";
    };
  }

  /** Says that a stranger's message met a limit of the front, and is dropped. */
  void dropped(RefusedMessage message, List<Refusal> refusals) {
    metrics.answered("dropped");
    warnDropped(message.id(), message.reason(), refusals.size(), message.reply());
  }

  /** Says that a stranger's message is dropped for some of its recipients, or for all. */
  void dropped(String id, String reason, Refusal first) {
    warnDropped(id, reason, 1, first.reply());
  }

  private void warnDropped(String id, String reason, int recipients, Reply reply) {
    metrics.dropped(reason);
    fields.put("dropped", reason);
    LOG.atWarn()
        .addKeyValue("session", session)
        .addKeyValue("id", id)
        .addKeyValue("reason", reason)
        .addKeyValue("sender", reversePath())
        .addKeyValue("recipients", recipients)
        .addKeyValue("reply", reply)
        .log("event=dropped");
  }

  void submitted(boolean submitted) {
    fields.put("submitted", submitted ? "yes" : "no");
  }

  void gaveUp(String id, int targets) {
    if (targets > 0) {
      metrics.gaveUp(targets);
      LOG.info("event=gave_up session={} id={} targets={}", session, id, targets);
    }
  }

  /** Says whether a submitted message's author is its sender's, and why nobody signs it. */
  void author(String id, AuthorVerdict verdict, Optional<String> login) {
    metrics.authorJudged(verdict.author());
    fields.put("author", verdict.author().word());
    if (verdict.author() != OriginMark.Author.MISMATCH) {
      return;
    }
    AuthorVerdict.Judged judged = verdict.decisive().orElseThrow();
    // A refusal is the client's to mend; what goes out unsigned nobody else would hear of.
    LOG.atLevel(verdict.refused() ? Level.INFO : Level.WARN)
        .addKeyValue("session", session)
        .addKeyValue("id", id)
        .addKeyValue("login", login.orElse(""))
        .addKeyValue("sender", reversePath())
        .addKeyValue("author", judged.author())
        .addKeyValue("domain", judged.domain())
        .addKeyValue("must_match", judged.answer().policy().mustMatchWord())
        .addKeyValue("action", verdict.refused() ? "refused" : "unsigned")
        .log("event=author_mismatch");
  }

  void databaseAway(String id, String what, String cause) {
    LOG.warn("event=database_away session={} id={} what={} cause=\"{}\"", session, id, what, cause);
  }

  void outcomesUnknown(String id, String cause) {
    LOG.warn(
        "event=outcomes_unknown session={} id={} cause=\"{}\": nothing is sent",
        session,
        id,
        cause);
  }

  void noMarkKey(String id, String cause) {
    LOG.warn(
        "event=no_mark_key session={} id={} cause=\"{}\": copies that leave the site wait",
        session,
        id,
        cause);
  }

  void possibleDoubles(String id, long copies) {
    if (copies > 0) {
      metrics.possibleDoubles(copies);
      LOG.warn(
          "event=possible_doubles session={} id={} copies={}: delivered, and the message will come"
              + " again",
          session,
          id,
          copies);
    }
  }

  void message(ReceivedMessage message, boolean submitted, FanOut fanOut, Reply reply) {
    for (Copy copy : fanOut.copies()) {
      if (copy.state() == Copy.State.REFUSED || copy.state() == Copy.State.DEFERRED) {
        Reply said = copy.outcome().reply();
        LoggingEventBuilder line =
            LOG.atInfo()
                .addKeyValue("session", session)
                .addKeyValue("id", message.id())
                .addKeyValue("target", copy.finalAddress())
                .addKeyValue("reply", said);
        withCause(line, copy, said).log("event=copy_failed");
      }
    }
    metrics.answered(reply.isPositive() ? "done" : reply.isTemporary() ? "deferred" : "refused");
    fields.put("copies", String.valueOf(fanOut.copies().size()));
    fields.put("delivered", String.valueOf(fanOut.delivered()));
    long remembered = fanOut.copies().stream().filter(Copy::isRecalled).count();
    if (remembered > 0) {
      fields.put("remembered", String.valueOf(remembered));
    }
    submitted(submitted);
    fields.put("next_hop", String.join(",", fanOut.nextHopNames()));
  }

  /** Returns what the transaction's line in the log says besides what the front knows. */
  Map<String, String> fields() {
    return fields;
  }

  private String reversePath() {
    return sender == null ? "" : sender.reversePath().toString();
  }
}
