package io.authserver.mailforwarder.fanout;

import io.authserver.db.alias.Expansion;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.alias.ResolutionStore;
import io.authserver.db.alias.SrsTokenStore;
import io.authserver.db.author.AuthorStore;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.mailforwarder.resolve.AuthorVerdict;
import io.authserver.mailforwarder.resolve.Decider;
import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.mailforwarder.resolve.Lookup;
import io.authserver.mailforwarder.resolve.Resolution;
import io.authserver.mailforwarder.resolve.SenderFacts;
import io.authserver.mailforwarder.resolve.Target;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.OriginMark;
import io.authserver.smtp.reply.Reply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction would do with a message to one recipient, decided by the code that decides in
 * the daemon. It asks the database once and opens, sends and stores nothing.
 */
public final class Rehearsal {
  private final ResolutionStore store;
  private final SrsTokenStore tokens;
  private final AuthorStore authors;
  private final Decider decider;

  /** Makes a rehearsal with the daemon's decisions. Of the tokens, none is kept. */
  public Rehearsal(
      ResolutionStore store, SrsTokenStore tokens, AuthorStore authors, Decider decider) {
    this.store = store;
    this.tokens = tokens;
    this.authors = authors;
    this.decider = decider;
  }

  /**
   * A message to one recipient.
   *
   * @param header its header section, where it is at hand; else the author is taken for the sender,
   *     and mail of a sender of ours for submitted, as the daemon takes it until it has the header
   * @param entrance what the listener says about submission
   * @param transactionalRelay whether there is a transactional relay
   * @param maxTargets how many addresses one message may go to
   * @param at when MAIL comes
   */
  public record Question(
      Sender sender,
      Recipient recipient,
      Optional<HeaderSection> header,
      Entrance entrance,
      boolean transactionalRelay,
      int maxTargets,
      Instant at) {}

  /**
   * What would become of it.
   *
   * @param facts what is known about the sender
   * @param author whether the author is the sender's
   * @param resolution how the address resolves, after an SRS address was reversed; empty for {@code
   *     <postmaster>}
   * @param reversed the sender that an SRS address stands for
   * @param copies what would be sent, one for each final address
   * @param reply what RCPT is answered, where that is a refusal without asking a next hop
   */
  public record Outcome(
      SenderFacts facts,
      AuthorVerdict author,
      Optional<Resolution> resolution,
      Optional<Mailbox> reversed,
      Decision decision,
      List<PlannedCopy> copies,
      Optional<Reply> reply) {
    /** Copies the list. */
    public Outcome {
      copies = List.copyOf(copies);
    }
  }

  /**
   * One copy.
   *
   * @param sender what MAIL would say to the next hop
   * @param recipient what RCPT would say
   * @param ours whether the recipient's domain is ours
   * @param deliveredTo the address in Delivered-To; empty for what is passed on unchanged
   * @param mark what the origin mark on the copy says, where it gets one
   * @param loops whether its address has expanded the message before: 554 5.4.6
   */
  public record PlannedCopy(
      Route route,
      Sender sender,
      Recipient recipient,
      boolean ours,
      Optional<String> deliveredTo,
      Optional<OriginMark> mark,
      boolean loops) {}

  /**
   * Answers.
   *
   * @throws AuthDatabaseException where the database does not answer: 451 4.3.0 in the daemon
   */
  public Outcome of(Question question) throws AuthDatabaseException {
    Recipient recipient = question.recipient();
    Resolver resolver = new Resolver(store, tokens, ForwarderMetrics.NONE);
    @Nullable Lookup lookup = lookup(question, resolver);
    Optional<String> probe = Resolver.domainProbe(question.sender().reversePath());
    resolver.findOrThrow(lookup == null ? List.of() : List.of(lookup), probe);
    SenderFacts facts = facts(question, probe.flatMap(resolver::top));
    Optional<Resolution> resolution =
        Optional.ofNullable(lookup).flatMap(asked -> resolver.resolution(asked, decider, facts));
    Decision decision =
        lookup == null
            ? new Decision.PassOn(recipient.forwardPath(), false)
            : resolution
                .filter(found -> decider.reachesMembers(lookup, found, facts))
                .flatMap(found -> limit(question, found))
                .orElseGet(() -> decider.decide(recipient, lookup, resolver.found(), facts));
    AuthorVerdict author = author(question, facts);
    List<PlannedCopy> copies = copies(question, decision, facts, author);
    return new Outcome(
        facts,
        author,
        resolution,
        lookup == null ? Optional.empty() : lookup.original(),
        decision,
        copies,
        reply(question, decision, copies.isEmpty()));
  }

  private @Nullable Lookup lookup(Question question, Resolver resolver)
      throws AuthDatabaseException {
    Instant at = question.at();
    return question.recipient().forwardPath() instanceof ForwardPath.Address(Mailbox mailbox)
        ? resolver.redeemOrThrow(decider.lookup(mailbox, at), decider, at)
        : null;
  }

  private AuthorVerdict author(Question question, SenderFacts facts) throws AuthDatabaseException {
    if (!facts.submitted()) {
      return AuthorVerdict.UNJUDGED;
    }
    ReversePath sender = question.sender().reversePath();
    AuthorVerdict.Enquiry enquiry =
        question
            .header()
            .map(
                header ->
                    AuthorVerdict.enquire(
                        header, sender, question.entrance().submission(header).login()))
            .orElseGet(() -> AuthorVerdict.enquireAboutItself(sender));
    return AuthorVerdict.of(enquiry, authors.judge(enquiry.questions()));
  }

  private static Optional<Decision> limit(Question question, Resolution resolution) {
    Expansion expansion = resolution.expansion();
    int addresses = expansion == null ? 1 : expansion.members().size();
    return Room.refusal(question.maxTargets(), addresses, addresses, 0, 0);
  }

  private static Optional<Reply> reply(Question question, Decision decision, boolean noCopies) {
    if (decision instanceof Decision.Refuse refuse) {
      return Optional.of(refuse.reply());
    }
    if (!noCopies || !(decision instanceof Decision.Forward forward)) {
      return Optional.empty();
    }
    // Of all its targets none is asked, because they are blocked.
    List<Entry.Part> parts = new ArrayList<>();
    for (Target target : forward.targets()) {
      if (target instanceof Target.Failed failed) {
        parts.add(new Entry.Part(failed, Copy.decided(failed.finalAddress(), failed.reply())));
      }
    }
    return Optional.of(Verdict.atRecipient(Entry.of(question.recipient(), null, decision, parts)));
  }

  private static SenderFacts facts(Question question, Optional<ResolutionStep> sender) {
    boolean ours = sender.isPresent() && sender.get().domainId() != null;
    boolean submitted =
        question
            .header()
            .map(header -> question.entrance().submission(header).submitted())
            .orElse(question.entrance().seemsSubmitted(ours));
    return new SenderFacts(
        question.sender(), ours, ours && sender.get().transactional(), submitted, question.at());
  }

  private static List<PlannedCopy> copies(
      Question question, Decision decision, SenderFacts facts, AuthorVerdict judged) {
    Optional<HeaderSection> header = question.header();
    Optional<String> author = header.isPresent() ? AuthorDomain.of(header.get()) : facts.domain();
    boolean transactional = Plan.isTransactional(facts, question.transactionalRelay(), author);
    Set<String> expandedBefore = header.map(CopyFields::deliveredTo).orElse(Set.of());
    OriginMark mark = new OriginMark(facts.submitted(), judged.author());
    Set<String> seen = new HashSet<>();
    List<PlannedCopy> copies = new ArrayList<>();
    for (Plan.Planned planned : Plan.of(decision, question.recipient(), facts, transactional)) {
      if (!seen.add(planned.finalAddress())) {
        continue;
      }
      LegKey key = planned.key();
      copies.add(
          new PlannedCopy(
              key.route(),
              key.sender(),
              planned.recipient(),
              planned.ours(),
              key.deliveredTo(),
              key.marked() ? Optional.of(mark) : Optional.empty(),
              key.deliveredTo().filter(expandedBefore::contains).isPresent()));
    }
    return copies;
  }
}
