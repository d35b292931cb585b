package io.authserver.mailforwarder.fanout;

import io.authserver.mailforwarder.notify.Addressees;
import io.authserver.mailforwarder.notify.Addressees.Addressee;
import io.authserver.mailforwarder.notify.Arrival;
import io.authserver.mailforwarder.notify.Notice;
import io.authserver.mailforwarder.notify.NotificationComposer;
import io.authserver.mailforwarder.notify.NotificationComposer.Original;
import io.authserver.mailforwarder.notify.Refusal;
import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.mailforwarder.resolve.Lookup;
import io.authserver.mailforwarder.resolve.SenderFacts;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.message.OriginMark;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands over the notifications about refusals inside a message that was delivered to others. No
 * next hop gives our notifications back to us, so their addressees are resolved here as any
 * recipient is.
 */
final class Notifier {
  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

  /** What one notification tells about at most: a list may have thousands of members. */
  private static final int MAX_NOTICES = 500;

  /** What we write ourselves needs nobody's login. */
  private static final OriginMark OWN_MARK = new OriginMark(true, OriginMark.Author.UNJUDGED);

  private final Forwarding forwarding;
  private final String messageId;

  Notifier(Forwarding forwarding, String messageId) {
    this.forwarding = forwarding;
    this.messageId = messageId;
  }

  /** Returns what all notifications about a message are made of. */
  Original original(SenderFacts facts, MessageBytes message) {
    boolean eightBit = forwarding.nextHops().takeEightBit();
    return new Original(facts.sender(), message, facts.at(), eightBit);
  }

  /**
   * Tells everybody who has to know about refusals.
   *
   * @return the refusals about which somebody has to be told in another try: of the others a next
   *     hop has taken every notification, or refused it for good, since a notification is never
   *     told about itself
   */
  Set<Refusal> report(Original original, List<Refusal> refusals, Countdown countdown) {
    Set<Refusal> untold = new HashSet<>();
    for (Map.Entry<Addressee, List<Refusal>> told :
        Addressees.of(original.sender().reversePath(), refusals).entrySet()) {
      List<Refusal> all = told.getValue();
      for (int from = 0; from < all.size(); from += MAX_NOTICES) {
        List<Refusal> some = all.subList(from, Math.min(all.size(), from + MAX_NOTICES));
        if (!tell(told.getKey(), some, original, countdown)) {
          untold.addAll(some);
        }
      }
    }
    return untold;
  }

  /**
   * Tells the sender about success where it asked for that.
   *
   * @return false where that has to be done in another try
   */
  boolean confirm(Original original, List<Arrival> arrivals, Countdown countdown) {
    return arrivals.isEmpty()
        || !(original.sender().reversePath() instanceof ReversePath.Address(Mailbox sender))
        || tell(new Addressee(sender, false), arrivals, original, countdown);
  }

  private boolean tell(
      Addressee addressee, List<? extends Notice> notices, Original original, Countdown countdown) {
    long bytes = NotificationComposer.memory(notices.size(), original);
    if (!forwarding.working().tryReserve(bytes)) {
      LOG.warn(
          "event=notification_failed id={} addressee={} limit=working_memory",
          messageId,
          addressee.mailbox());
      forwarding.metrics().notified("deferred");
      return false;
    }
    try {
      return handOver(
          addressee,
          forwarding.composer().compose(addressee, notices, original, forwarding.clock().instant()),
          countdown);
    } catch (IOException e) {
      LOG.warn("event=notification_failed id={} addressee={}", messageId, addressee.mailbox(), e);
      forwarding.metrics().notified("deferred");
      return false;
    } finally {
      forwarding.working().release(bytes);
    }
  }

  private boolean handOver(Addressee addressee, byte[] bytes, Countdown countdown)
      throws IOException {
    Instant now = forwarding.clock().instant();
    SenderFacts facts = new SenderFacts(sender(addressee, bytes), false, false, false, now);
    Recipient recipient =
        new Recipient(
            new ForwardPath.Address(addressee.mailbox()),
            // RFC 3461 §6.1: no notification about a notification
            new RecipientParameters("NEVER", null));
    Resolver resolver = new Resolver(forwarding.store(), forwarding.tokens(), forwarding.metrics());
    Lookup lookup =
        resolver.redeemOrThrow(
            forwarding.decider().lookup(addressee.mailbox(), now), forwarding.decider(), now);
    resolver.find(List.of(lookup), Optional.empty());
    if (resolver.resolution(lookup).isEmpty()) {
      throw new IOException("the database does not say where the notification goes");
    }
    Decision decision = forwarding.decider().decide(recipient, lookup, resolver.found(), facts);
    try (FanOut fanOut = forwarding.fanOut()) {
      List<Copy> copies =
          Plan.of(decision, recipient, facts, false).stream().map(fanOut::copy).toList();
      MessageBytes message = MessageBytes.of(bytes);
      byte[] trace = forwarding.composer().traceField(messageId, now);
      byte[] mark =
          fanOut.hasOpen(LegKey::marked)
              ? OWN_MARK.toField(
                  messageId, forwarding.markKeys().find().getFirst(), message.header())
              : new byte[0];
      fanOut.deliver(message, key -> CopyFields.of(key, mark, trace), countdown, _ -> true);
      // One of several who got it is enough: told again it would be told twice.
      String outcome =
          fanOut.delivered() > 0 ? "delivered" : fanOut.hasDeferred() ? "deferred" : "refused";
      forwarding.metrics().notified(outcome);
      if (outcome.equals("delivered")) {
        LOG.info("event=notification id={} addressee={}", messageId, addressee.mailbox());
      } else {
        LOG.warn(
            "event=notification id={} addressee={} outcome={} reply=\"{}\"",
            messageId,
            addressee.mailbox(),
            outcome,
            replies(copies));
      }
      return !outcome.equals("deferred");
    }
  }

  private static String replies(List<Copy> copies) {
    return copies.isEmpty()
        ? "nobody receives mail there"
        : copies.stream()
            .filter(Copy::isTold)
            .map(copy -> copy.outcome().reply().toString())
            .distinct()
            .toList()
            .toString();
  }

  private static Sender sender(Addressee addressee, byte[] bytes) {
    boolean eightBit = NotificationComposer.isEightBit(bytes);
    Mailbox mailbox = addressee.mailbox();
    return new Sender(
        new ReversePath.Null(),
        new MailParameters(
            -1,
            eightBit ? MailParameters.Body.EIGHTBITMIME : null,
            !mailbox.isAscii(),
            null,
            null));
  }
}
