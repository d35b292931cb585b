package io.authserver.mailforwarder.fanout;

import io.authserver.db.alias.FinalAddress;
import io.authserver.db.pool.AuthDatabaseException;
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
import io.authserver.mailforwarder.resolve.SenderKind;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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
    return new Original(facts.sender(), message, facts.at(), takeEightBit(), false);
  }

  /**
   * Returns the same of a message of which no more than its header section was kept.
   *
   * @param cut whether that is not all of it
   */
  Original original(SenderFacts facts, byte[] header, boolean cut) {
    MessageBytes message = OriginMark.remove(MessageBytes.of(header));
    return new Original(facts.sender(), message, facts.at(), takeEightBit(), cut);
  }

  private boolean takeEightBit() {
    return forwarding.nextHops().takeEightBit();
  }

  /**
   * Who gets one notification.
   *
   * @param limited whether it is one of those of which there is one an hour for each address
   */
  private record Told(Addressee addressee, boolean limited) {}

  /**
   * Tells everybody who has to know about refusals. What is {@linkplain #isLimited limited} is told
   * once an hour and tried once: no message waits for it.
   *
   * @return the refusals about which somebody has to be told in another try: of the others a next
   *     hop has taken every notification, or refused it for good, since a notification is never
   *     told about itself; or nobody is to be told
   */
  Set<Refusal> report(
      Original original, SenderKind kind, List<Refusal> refusals, Countdown countdown) {
    if (refusals.isEmpty()) {
      return Set.of();
    }
    Map<String, Integer> toNobody = new TreeMap<>();
    Map<Told, List<Refusal>> groups = new LinkedHashMap<>();
    Set<Refusal> untold = new HashSet<>();
    if (kind == SenderKind.NULL && NotificationComposer.isOwn(original.message().header())) {
      toNobody.put("own_notification", refusals.size());
    } else {
      group(original, kind, refusals, groups, toNobody, untold);
    }
    toNobody.forEach(
        (reason, count) -> nobody(reason, count, refusals.getFirst().recipient().forwardPath()));
    groups.forEach((told, all) -> untold.addAll(tell(told, all, original, countdown)));
    return untold;
  }

  private void group(
      Original original,
      SenderKind kind,
      List<Refusal> refusals,
      Map<Told, List<Refusal>> groups,
      Map<String, Integer> toNobody,
      Set<Refusal> untold) {
    ReversePath reversePath = original.sender().reversePath();
    List<List<Addressee>> may = new ArrayList<>();
    List<Mailbox> mailboxes = new ArrayList<>();
    for (Refusal refusal : refusals) {
      List<Addressee> some = Addressees.of(kind, reversePath, refusal);
      may.add(some);
      some.forEach(addressee -> mailboxes.add(addressee.mailbox()));
    }
    AddresseeChoice choice =
        new AddresseeChoice(forwarding, mailboxes, forwarding.clock().instant());
    for (int i = 0; i < refusals.size(); i++) {
      Refusal refusal = refusals.get(i);
      if (may.get(i).isEmpty() && kind == SenderKind.SUBMITTED) {
        // The sender wants it so.
        continue;
      }
      boolean limited = isLimited(kind, refusal);
      switch (choice.choose(may.get(i), refusal)) {
        case AddresseeChoice.Chosen.Who(Addressee who) ->
            groups.computeIfAbsent(new Told(who, limited), _ -> new ArrayList<>()).add(refusal);
        case AddresseeChoice.Chosen.Nobody(String reason) ->
            toNobody.merge(reason, 1, Integer::sum);
        case AddresseeChoice.Chosen.Unknown() -> {
          if (limited) {
            toNobody.merge("database_away", 1, Integer::sum);
          } else {
            untold.add(refusal);
          }
        }
      }
    }
  }

  /**
   * Returns whether somebody is told of this once an hour only: what a stranger can cause as often
   * as he likes, and bounces, which may go in a circle.
   */
  private static boolean isLimited(SenderKind kind, Refusal refusal) {
    return switch (kind) {
      case NULL -> true;
      case STRANGER -> refusal.limit();
      case SUBMITTED -> false;
    };
  }

  private void nobody(String reason, int refusals, ForwardPath recipient) {
    forwarding.metrics().notified("nobody");
    LOG.atWarn()
        .addKeyValue("id", messageId)
        .addKeyValue("reason", reason)
        .addKeyValue("refusals", refusals)
        .addKeyValue("recipient", recipient)
        .log("event=reported_to_nobody");
  }

  /** Returns the refusals that have to be told in another try. */
  private List<Refusal> tell(Told told, List<Refusal> all, Original original, Countdown countdown) {
    Addressee addressee = told.addressee();
    if (told.limited()) {
      if (mayTell(addressee.mailbox())) {
        List<Refusal> some = all.subList(0, Math.min(all.size(), MAX_NOTICES));
        boolean _ = tell(addressee, some, all.size() - some.size(), original, countdown);
      }
      return List.of();
    }
    List<Refusal> untold = new ArrayList<>();
    for (int from = 0; from < all.size(); from += MAX_NOTICES) {
      List<Refusal> some = all.subList(from, Math.min(all.size(), from + MAX_NOTICES));
      if (!tell(addressee, some, 0, original, countdown)) {
        untold.addAll(some);
      }
    }
    return untold;
  }

  private boolean mayTell(Mailbox mailbox) {
    String reason;
    try {
      if (forwarding.reports().claim(FinalAddress.folded(mailbox))) {
        return true;
      }
      reason = "told_within_the_hour";
    } catch (AuthDatabaseException e) {
      LOG.warn("event=database_away what=reports cause=\"{}\"", e.getMessage());
      reason = "database_away";
    }
    forwarding.metrics().notified("suppressed");
    LOG.atWarn()
        .addKeyValue("id", messageId)
        .addKeyValue("addressee", mailbox)
        .addKeyValue("reason", reason)
        .log("event=notification_suppressed");
    return false;
  }

  /**
   * Tells the sender about success where it asked for that.
   *
   * @return false where that has to be done in another try
   */
  boolean confirm(Original original, List<Arrival> arrivals, Countdown countdown) {
    return arrivals.isEmpty()
        || !(original.sender().reversePath() instanceof ReversePath.Address(Mailbox sender))
        || tell(new Addressee(sender, false), arrivals, 0, original, countdown);
  }

  /**
   * Tells one addressee.
   *
   * @param more how many there are besides that it does not name
   */
  private boolean tell(
      Addressee addressee,
      List<? extends Notice> notices,
      int more,
      Original original,
      Countdown countdown) {
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
          forwarding
              .composer()
              .compose(addressee, notices, more, original, forwarding.clock().instant()),
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
    // What we write ourselves is no stranger's.
    SenderFacts facts = new SenderFacts(sender(addressee, bytes), false, false, true, now);
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
    if (resolver.resolution(lookup, forwarding.decider(), facts).isEmpty()) {
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
