package io.authserver.mailforwarder.fanout;

import io.authserver.db.alias.ResolutionStore;
import io.authserver.db.alias.SrsTokenStore;
import io.authserver.db.author.AuthorStore;
import io.authserver.db.mark.MarkKeyStore;
import io.authserver.db.outcome.OutcomeStore;
import io.authserver.db.outcome.ReportClaims;
import io.authserver.mailforwarder.notify.NotificationComposer;
import io.authserver.mailforwarder.resolve.Decider;
import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.server.ClientSession;
import io.authserver.smtp.server.MailTransaction;
import io.authserver.smtp.server.MailTransactionFactory;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What all transactions of the forwarder share. Safe for many threads.
 *
 * @param reports say who may be written a limited report
 * @param markKeys prove to dkimsigner where a copy comes from
 * @param working holds what recipients stand for, and notifications while they are made
 * @param entrance what the listener says about submission
 * @param nanoTime measures the time that a reply has left, as {@link System#nanoTime()} does
 * @param targetLimit how many addresses one message may go to
 */
public record Forwarding(
    ResolutionStore store,
    SrsTokenStore tokens,
    OutcomeStore outcomes,
    ReportClaims reports,
    MarkKeyStore markKeys,
    AuthorStore authors,
    Decider decider,
    NextHops nextHops,
    FanOutLimits limits,
    NotificationComposer composer,
    MemoryBudget working,
    Entrance entrance,
    InstantSource clock,
    LongSupplier nanoTime,
    ForwarderMetrics metrics,
    TargetLimit targetLimit)
    implements MailTransactionFactory {
  /** Makes it with the limit of addresses that the others have beside it. */
  public Forwarding(
      ResolutionStore store,
      SrsTokenStore tokens,
      OutcomeStore outcomes,
      ReportClaims reports,
      MarkKeyStore markKeys,
      AuthorStore authors,
      Decider decider,
      NextHops nextHops,
      FanOutLimits limits,
      NotificationComposer composer,
      MemoryBudget working,
      Entrance entrance,
      InstantSource clock,
      LongSupplier nanoTime,
      ForwarderMetrics metrics) {
    this(
        store,
        tokens,
        outcomes,
        reports,
        markKeys,
        authors,
        decider,
        nextHops,
        limits,
        composer,
        working,
        entrance,
        clock,
        nanoTime,
        metrics,
        TargetLimit.fixed(limits.targets()));
  }

  @Override
  public MailTransaction begin(ClientSession session) {
    return new ForwardTransaction(this, session);
  }

  /** Returns the same for another listener. */
  public Forwarding at(Entrance other) {
    return new Forwarding(
        store,
        tokens,
        outcomes,
        reports,
        markKeys,
        authors,
        decider,
        nextHops,
        limits,
        composer,
        working,
        other,
        clock,
        nanoTime,
        metrics,
        targetLimit);
  }

  Room room() {
    return new Room(targetLimit, working);
  }

  FanOut fanOut() {
    return new FanOut(nextHops, limits, nanoTime);
  }
}
