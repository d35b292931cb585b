package io.authserver.mailforwarder.fanout;

import io.authserver.mailforwarder.resolve.AuthorVerdict;
import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.OriginMark;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.server.ReceivedMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

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
      LOG.info(
          "event=recipient_refused session={} reverse_path={} recipient={} reply=\"{}\""
              + " cause=\"{}\"",
          session,
          reversePath(),
          path,
          reply,
          cause(entry));
    }
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
        LOG.info(
            "event=copy_failed session={} id={} target={} reply=\"{}\"",
            session,
            message.id(),
            copy.finalAddress(),
            copy.outcome().reply());
      }
    }
    metrics.answered(reply.isPositive() ? "done" : reply.isTemporary() ? "deferred" : "refused");
    fields.put("copies", String.valueOf(fanOut.copies().size()));
    fields.put("delivered", String.valueOf(fanOut.delivered()));
    long remembered = fanOut.copies().stream().filter(Copy::isRecalled).count();
    if (remembered > 0) {
      fields.put("remembered", String.valueOf(remembered));
    }
    fields.put("submitted", submitted ? "yes" : "no");
    fields.put("next_hop", String.join(",", fanOut.nextHopNames()));
  }

  /** Returns what the transaction's line in the log says besides what the front knows. */
  Map<String, String> fields() {
    return fields;
  }

  private String reversePath() {
    return sender == null ? "" : sender.reversePath().toString();
  }

  private static String cause(Entry entry) {
    return entry.parts().stream()
        .map(Entry.Part::cause)
        .filter(cause -> !cause.isEmpty())
        .findFirst()
        .orElse("");
  }
}
