package io.authserver.mailforwarder.fanout;

import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.mailforwarder.notify.Arrival;
import io.authserver.mailforwarder.notify.NotificationComposer.Original;
import io.authserver.mailforwarder.notify.Refusal;
import io.authserver.mailforwarder.resolve.AuthorVerdict;
import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.mailforwarder.resolve.Lookup;
import io.authserver.mailforwarder.resolve.SenderFacts;
import io.authserver.mailforwarder.resolve.SenderKind;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.message.OriginMark;
import io.authserver.smtp.relay.RelayOutcome;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.server.ClientSession;
import io.authserver.smtp.server.MailTransaction;
import io.authserver.smtp.server.ReceivedMessage;
import io.authserver.smtp.server.RefusedMessage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client's transaction: resolved and told to next hops at RCPT, sent on after the client's final
 * dot.
 *
 * <p>Whether a message was submitted is known with its header section only. Until then the sender
 * is believed: most mail from an address of ours was submitted. Where it was not, the next-hop
 * transactions that rest on it begin again before any of them has seen a body.
 */
final class ForwardTransaction implements MailTransaction {
  private static final Reply LOOP =
      Reply.of(554, "5.4.6", "Forwarding loop: Delivered-To names this address already");

  private static final Reply TOO_LARGE =
      Reply.of(
          552, "5.3.4", "Message too large for the next server, with the fields that are added");

  /** What our fields and those of the servers on this host add to a message, in bytes. */
  private static final int ADDED_BYTES = 8192;

  private final Forwarding forwarding;
  private final TransactionLog log;
  private final Resolver resolver;
  private final FanOut fanOut;
  private final Recipients recipients;
  private final List<Entry> accepted = new ArrayList<>();

  /** Recipients that the client keeps and brings again, in another transaction. */
  private final List<Entry> deferred = new ArrayList<>();

  private @Nullable Ledger ledger;
  private @Nullable SenderFacts facts;
  private boolean senderKnown;
  private int badHashes;

  ForwardTransaction(Forwarding forwarding, ClientSession session) {
    this.forwarding = forwarding;
    this.log = new TransactionLog(session.id(), forwarding.metrics());
    this.resolver = new Resolver(forwarding.store(), forwarding.tokens(), forwarding.metrics());
    this.fanOut = forwarding.fanOut();
    this.recipients = new Recipients(forwarding, resolver, fanOut);
  }

  @Override
  public Reply onMail(Sender sender) {
    facts =
        new SenderFacts(
            sender,
            false,
            false,
            forwarding.entrance().seemsSubmitted(false),
            forwarding.clock().instant());
    ledger = new Ledger(forwarding.outcomes(), forwarding.metrics(), sender.reversePath());
    log.sender(sender);
    return Reply.of(250, "2.1.0", "Sender ok");
  }

  @Override
  public List<Reply> onRecipients(List<Recipient> batch) {
    Instant at = facts().at();
    List<@Nullable Lookup> lookups = new ArrayList<>();
    for (Recipient recipient : batch) {
      lookups.add(
          recipient.forwardPath() instanceof ForwardPath.Address(Mailbox mailbox)
              ? forwarding.decider().lookup(mailbox, at)
              : null);
    }
    resolver.redeem(lookups, forwarding.decider(), at);
    resolve(lookups);
    List<Entry> entries = new ArrayList<>();
    Recipients.Known known = new Recipients.Known(facts(), senderKnown);
    for (int i = 0; i < batch.size(); i++) {
      entries.add(recipients.entry(batch.get(i), lookups.get(i), known));
    }
    badHashes = Math.toIntExact(entries.stream().filter(Entry::isBadHash).count());
    fanOut.tell(fanOut.countdown());
    List<Reply> replies = new ArrayList<>();
    for (Entry entry : entries) {
      Reply reply =
          entry.decision() instanceof Decision.Refuse refuse ? refuse.reply() : answer(entry);
      if (reply.isPositive()) {
        accepted.add(entry);
      } else if (reply.isTemporary()) {
        deferred.add(entry);
      }
      log.recipient(entry, reply);
      replies.add(reply);
    }
    if (!replies.stream().allMatch(Reply::isPositive)) {
      forgetRefused();
    }
    return replies;
  }

  /** Whoever tries hashes of return addresses gets no more tries than one with bad commands. */
  @Override
  public int errorsOfClient() {
    return badHashes;
  }

  /**
   * Answers RCPT. What no target takes now, one may have taken in an earlier try of the same
   * message: then our client would bounce what was delivered. The final dot tells.
   */
  private Reply answer(Entry entry) {
    Reply reply = Verdict.atRecipient(entry);
    return reply.isPositive() || !ledger().mayRemember(entry)
        ? reply
        : Reply.of(250, "2.1.5", "Recipient ok, the message decides");
  }

  /** What failed for a recipient that was refused is no outcome of the message. */
  private void forgetRefused() {
    Set<Copy> wanted = new HashSet<>();
    for (Entry entry : Entry.distinct(accepted)) {
      for (Entry.Part part : entry.parts()) {
        wanted.add(part.copy());
      }
    }
    fanOut.retain(wanted);
  }

  /** Asks the database, once for the batch, and learns from it about the sender as well. */
  private void resolve(List<@Nullable Lookup> lookups) {
    Optional<String> probe = Resolver.domainProbe(facts().sender().reversePath());
    List<Lookup> wanted = new ArrayList<>();
    for (Lookup lookup : lookups) {
      if (lookup != null) {
        wanted.add(lookup);
      }
    }
    resolver.find(wanted, probe);
    Optional<ResolutionStep> sender = probe.flatMap(resolver::top);
    senderKnown = probe.isEmpty() || sender.isPresent();
    boolean ours = sender.isPresent() && sender.get().domainId() != null;
    facts =
        new SenderFacts(
            facts().sender(),
            ours,
            ours && sender.get().transactional(),
            forwarding.entrance().seemsSubmitted(ours),
            facts().at());
  }

  @Override
  public List<Reply> onMessage(ReceivedMessage message) throws IOException {
    Countdown countdown = fanOut.countdown();
    HeaderSection header = message.content().header();
    Submission submission = forwarding.entrance().submission(header);
    boolean submitted = submission.submitted();
    AuthorVerdict author;
    try {
      author = submitted ? judge(message, header, submission.login()) : AuthorVerdict.UNJUDGED;
    } catch (AuthDatabaseException e) {
      log.databaseAway(message.id(), "author", String.valueOf(e.getMessage()));
      Reply later = Reply.of(451, "4.3.0", "Cannot look up the author now; try again later");
      return end(message, submitted, later);
    }
    if (author.refused()) {
      return end(message, submitted, author.refusal());
    }
    SenderFacts known = facts().withSubmitted(submitted);
    Optional<Reply> unrouted = reroute(known, header);
    facts = known;
    Set<String> expandedBefore = CopyFields.deliveredTo(header);
    fanOut.refuse(
        key -> key.deliveredTo().filter(expandedBefore::contains).isPresent(),
        Copy.Ruling.LOOP,
        LOOP);
    long grown = message.content().size() + ADDED_BYTES;
    fanOut.refuse(
        key -> !forwarding.nextHops().takes(key.route(), grown), Copy.Ruling.TOO_LARGE, TOO_LARGE);
    Reply reply;
    try {
      fanOut.leaveOut(ledger().recall(accepted, message.content()));
      OriginMark origin = new OriginMark(submitted, author.author());
      reply = unrouted.isPresent() ? unrouted.get() : deliver(message, origin, countdown);
    } catch (AuthDatabaseException e) {
      log.outcomesUnknown(message.id(), String.valueOf(e.getMessage()));
      reply = Reply.of(451, "4.3.0", "Cannot look up earlier deliveries now; try again later");
    }
    return end(message, submitted, reply);
  }

  private List<Reply> end(ReceivedMessage message, boolean submitted, Reply reply) {
    log.message(message, submitted, fanOut, reply);
    return Collections.nCopies(accepted.size(), reply);
  }

  /** Asks whether the authors of a submitted message are those of who submitted it. */
  private AuthorVerdict judge(ReceivedMessage message, HeaderSection header, Optional<String> login)
      throws AuthDatabaseException {
    AuthorVerdict.Enquiry enquiry =
        AuthorVerdict.enquire(header, facts().sender().reversePath(), login);
    AuthorVerdict verdict =
        AuthorVerdict.of(enquiry, forwarding.authors().judge(enquiry.questions()));
    log.author(message.id(), verdict, login);
    return verdict;
  }

  private Reply deliver(ReceivedMessage message, OriginMark origin, Countdown countdown)
      throws IOException {
    MessageBytes content = OriginMark.remove(message.content());
    byte[] mark = mark(message.id(), origin, content.header());
    boolean done = false;
    try {
      fanOut.deliver(
          content,
          key -> CopyFields.of(key, mark, message.receivedField()),
          countdown,
          comesAgain -> {
            boolean mustRemember =
                comesAgain || Entry.distinct(accepted).stream().anyMatch(Entry::isDeferred);
            return !mustRemember || ledger().store(accepted, message.content(), true);
          });
      done = true;
    } finally {
      if (!done) {
        remember(message);
      }
    }
    log.gaveUp(message.id(), Ledger.giveUp(accepted, forwarding.limits().giveUpAfter()));
    return answer(Verdict.atEnd(accepted, facts().kind()), message, countdown);
  }

  /**
   * Returns the mark for the copies that get one. Where it cannot be proved they fail for now:
   * dkimsigner would leave them unsigned.
   */
  private byte[] mark(String id, OriginMark mark, HeaderSection header) {
    if (!fanOut.hasOpen(LegKey::marked)) {
      return new byte[0];
    }
    try {
      return mark.toField(id, forwarding.markKeys().find().getFirst(), header);
    } catch (AuthDatabaseException e) {
      log.noMarkKey(id, String.valueOf(e.getMessage()));
      fanOut.fail(
          LegKey::marked,
          new RelayOutcome.TemporaryFailure(
              Reply.of(451, "4.3.0", "Cannot prove the origin now; try again later"),
              "no mark key"));
      return new byte[0];
    }
  }

  /** Remembers what became of all targets, or counts what will be doubled. */
  private void remember(ReceivedMessage message) throws IOException {
    boolean settled =
        Entry.distinct(accepted).stream()
            .flatMap(entry -> entry.parts().stream())
            .anyMatch(part -> !part.copy().isOpen() && part.deferral().isEmpty());
    if (settled || ledger().hasRecords()) {
      ledger().store(accepted, message.content(), false);
    }
    log.possibleDoubles(message.id(), ledger().unstored(accepted));
  }

  /**
   * Remembers what was delivered behind a recipient that the client was told to bring again,
   * because another recipient stood for the same address.
   */
  private void rememberForDeferred(ReceivedMessage message) throws IOException {
    List<Entry> taken = new ArrayList<>();
    for (Entry entry : Entry.distinct(deferred)) {
      List<Entry.Part> parts = new ArrayList<>();
      for (Entry.Part part : entry.parts()) {
        fanOut
            .find(part.copy().finalAddress())
            .filter(copy -> copy.state() == Copy.State.DELIVERED)
            .ifPresent(copy -> parts.add(new Entry.Part(null, copy)));
      }
      if (!parts.isEmpty()) {
        taken.add(entry.withParts(parts));
      }
    }
    if (!taken.isEmpty() && !ledger().store(taken, message.content(), false)) {
      log.possibleDoubles(message.id(), taken.stream().mapToLong(e -> e.parts().size()).sum());
    }
  }

  /**
   * Decides again with what the header section says, and sends copies another way.
   *
   * @return the reply where a sender cannot be kept that is rewritten only now: then nothing may be
   *     sent
   */
  private Optional<Reply> reroute(SenderFacts known, HeaderSection header) {
    boolean transactional =
        Plan.isTransactional(
            known, forwarding.nextHops().transactionalRelay().isPresent(), AuthorDomain.of(header));
    if (known.equals(facts()) && !transactional) {
      return Optional.empty();
    }
    // The first recipient of an address decides about its copy, as it did before.
    Set<String> seen = new HashSet<>();
    List<Plan.Planned> plans = new ArrayList<>();
    IdentityHashMap<List<Entry.Part>, Decision> decided = new IdentityHashMap<>();
    for (Entry entry : Entry.distinct(accepted)) {
      Decision decision = recipients.decide(entry.recipient(), entry.lookup(), known);
      Optional<Decision.Refuse> unkept = resolver.keep(decision);
      if (unkept.isPresent()) {
        return Optional.of(unkept.get().reply());
      }
      if (!entry.parts().isEmpty()) {
        decided.put(entry.parts(), decision);
      }
      for (Plan.Planned planned : Plan.of(decision, entry.recipient(), known, transactional)) {
        if (seen.add(planned.finalAddress())) {
          plans.add(planned);
        }
      }
    }
    // What is asked about success is decided again, too.
    accepted.replaceAll(
        entry -> entry.withDecision(decided.getOrDefault(entry.parts(), entry.decision())));
    fanOut.reroute(plans);
    return Optional.empty();
  }

  private Reply answer(Verdict verdict, ReceivedMessage message, Countdown countdown)
      throws IOException {
    return switch (verdict) {
      case Verdict.Refused(Reply reply) -> reply;
      case Verdict.Deferred(Reply reply) -> {
        remember(message);
        rememberForDeferred(message);
        yield reply;
      }
      case Verdict.Done done -> {
        Notifier notifier = new Notifier(forwarding, message.id());
        Original original = notifier.original(facts(), OriginMark.remove(message.content()));
        done.dropped()
            .ifPresent(reason -> log.dropped(message.id(), reason, done.toReport().getFirst()));
        Set<Refusal> untold = notifier.report(original, facts().kind(), done.toReport(), countdown);
        Set<Refusal> told = new HashSet<>(done.toReport());
        told.removeAll(untold);
        Entry.distinct(accepted).forEach(entry -> entry.markReported(told));
        rememberForDeferred(message);
        // Nobody confirms anything to whom a stranger names.
        List<Arrival> arrivals =
            facts().kind() == SenderKind.SUBMITTED ? Entry.arrivals(accepted) : List.of();
        if (!untold.isEmpty() || !notifier.confirm(original, arrivals, countdown)) {
          remember(message);
          yield Reply.of(451, "4.3.0", "A notification cannot be sent now; try again later");
        }
        if (ledger().hasRecords()) {
          // Only for a client that does not hear our reply and comes once more.
          ledger().store(accepted, message.content(), false);
        }
        yield Reply.of(250, "2.0.0", done.taken() ? "Message taken" : "Message dropped");
      }
    };
  }

  /**
   * Answers for a message that met a limit of the front. Submitted mail and bounces are refused: a
   * bounce comes to who has logged in, or to nobody. A stranger's is dropped, since our client
   * would send it to whom he names as its sender; who looks after its recipients is told.
   */
  @Override
  public Reply onRefused(RefusedMessage message) {
    HeaderSection header = message.header();
    if (header == null) {
      return Reply.of(452, "4.3.1", "Not enough memory for the header section now");
    }
    boolean submitted = forwarding.entrance().submission(header, message.whole()).submitted();
    SenderFacts known = facts().withSubmitted(submitted);
    log.submitted(submitted);
    if (known.kind() != SenderKind.STRANGER) {
      return message.reply();
    }
    Countdown countdown = fanOut.countdown();
    fanOut.close();
    List<Refusal> refusals = recipients.refusals(accepted, message.reply());
    log.dropped(message, refusals);
    byte[] all = header.bytes();
    int most = Math.min(all.length, RefusedMessage.MOST_HEADER_BYTES);
    Notifier notifier = new Notifier(forwarding, message.id());
    Original original =
        notifier.original(known, Arrays.copyOf(all, most), !message.whole() || most < all.length);
    Set<Refusal> _ = notifier.report(original, SenderKind.STRANGER, refusals, countdown);
    return Reply.of(250, "2.0.0", "Message dropped: " + message.reply().lines().getFirst());
  }

  private Ledger ledger() {
    return Objects.requireNonNull(ledger, "no MAIL yet");
  }

  private SenderFacts facts() {
    SenderFacts known = facts;
    if (known == null) {
      throw new IllegalStateException("no MAIL yet");
    }
    return known;
  }

  @Override
  public Map<String, String> logFields() {
    return log.fields();
  }

  @Override
  public void close() {
    fanOut.close();
    recipients.close();
  }
}
