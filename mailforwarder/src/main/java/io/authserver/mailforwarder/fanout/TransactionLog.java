package io.authserver.mailforwarder.fanout;

import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.server.ReceivedMessage;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a transaction tells the log and the metrics. Addresses have no control characters. */
final class TransactionLog {
  private static final Logger LOG = LoggerFactory.getLogger(ForwardTransaction.class);
  private static final long NANOS_A_MILLISECOND = 1_000_000;

  private final String session;
  private final ForwarderMetrics metrics;
  private final LongSupplier nanoTime;
  private final long begun;
  private @Nullable Sender sender;

  TransactionLog(String session, ForwarderMetrics metrics, LongSupplier nanoTime) {
    this.session = session;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.begun = nanoTime.getAsLong();
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
        if (refuse.operatorShouldAct()) {
          LOG.warn(
              "event=refused session={} recipient={} reason={}", session, path, refuse.reason());
        }
      }
      case Decision.Forward forward -> {
        metrics.decided("forward");
        for (Decision.Skipped skipped : forward.skipped()) {
          LOG.warn(
              "event=target-skipped session={} recipient={} target={} reason={}",
              session,
              path,
              skipped.address(),
              skipped.reason());
        }
      }
    }
    if (!reply.isPositive()) {
      LOG.info(
          "event=recipient-refused session={} reverse_path={} recipient={} reply=\"{}\""
              + " cause=\"{}\"",
          session,
          reversePath(),
          path,
          reply,
          cause(entry));
    }
  }

  void possibleDoubles(String id, long copies) {
    if (copies > 0) {
      metrics.possibleDoubles(copies);
      LOG.warn(
          "event=possible-doubles session={} id={} copies={}: delivered, and the message will come"
              + " again",
          session,
          id,
          copies);
    }
  }

  void message(
      ReceivedMessage message,
      boolean submitted,
      List<Entry> accepted,
      FanOut fanOut,
      Reply reply) {
    for (Copy copy : fanOut.copies()) {
      if (copy.state() == Copy.State.REFUSED || copy.state() == Copy.State.DEFERRED) {
        LOG.info(
            "event=copy-failed session={} id={} target={} reply=\"{}\"",
            session,
            message.id(),
            copy.finalAddress(),
            copy.outcome().reply());
      }
    }
    metrics.answered(reply.isPositive() ? "done" : reply.isTemporary() ? "deferred" : "refused");
    LOG.info(
        "event=message session={} id={} reverse_path={} recipients={} copies={} delivered={}"
            + " submitted={} next_hop={} reply=\"{}\" bytes={} ms={}",
        session,
        message.id(),
        reversePath(),
        accepted.size(),
        fanOut.copies().size(),
        fanOut.delivered(),
        submitted,
        String.join(",", fanOut.nextHopNames()),
        reply,
        message.content().size(),
        (nanoTime.getAsLong() - begun) / NANOS_A_MILLISECOND);
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
