package io.authserver.mailforwarder.resolve;

import static io.authserver.db.alias.Decision.BLOCKED;
import static io.authserver.db.alias.Decision.CIRCLE;
import static io.authserver.db.alias.Decision.FOREIGN;
import static io.authserver.db.alias.Decision.INACTIVE;
import static io.authserver.db.alias.Decision.INVALID;
import static io.authserver.db.alias.Decision.TOO_DEEP;

import io.authserver.db.alias.BlockAction;
import io.authserver.db.alias.Expansion.Member;
import io.authserver.db.alias.Expansion.Node;
import io.authserver.db.alias.NullSender;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsReversal;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.reply.Reply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a recipient. No I/O, no clock.
 *
 * <p>The same question is asked twice: at RCPT, when it is not known yet whether the message was
 * submitted, and with its header section at hand.
 */
public final class Decider {
  /**
   * RFC 3463 §3.3 X.2.1: exists, but takes no mail; that of a domain or list until it is activated.
   */
  private static final Reply DEACTIVATED = Reply.of(550, "5.2.1", "Address is deactivated");

  private static final Reply BLOCKED_FOR_GOOD = Reply.of(550, "5.7.1", "Address is blocked");
  private static final Reply BLOCKED_FOR_NOW = Reply.of(450, "4.7.1", "Address is blocked for now");

  /** Reversals of an address that we rewrote more than once. */
  private static final int MAX_REVERSALS = 4;

  private final Supplier<ReturnAddresses> returnAddresses;
  private final ReversePaths reversePaths;

  /**
   * Makes a decider.
   *
   * @param srsDomain the folded domain of all SRS addresses, or null for the domain of each alias
   */
  public Decider(Srs srs, @Nullable String srsDomain) {
    this(always(new ReturnAddresses(srs, srsDomain, true)));
  }

  /**
   * Makes a decider that goes with the times.
   *
   * @param returnAddresses says how they are made and read now; from memory, without waiting
   */
  public Decider(Supplier<ReturnAddresses> returnAddresses) {
    this.returnAddresses = returnAddresses;
    this.reversePaths = new ReversePaths(returnAddresses);
  }

  private static Supplier<ReturnAddresses> always(ReturnAddresses returnAddresses) {
    return () -> returnAddresses;
  }

  private Srs srs() {
    return returnAddresses.get().srs();
  }

  /**
   * Returns what the database is asked about an address. Where its reversal is a token, who is
   * behind that comes first: {@link #redeem}.
   */
  public Lookup lookup(Mailbox mailbox, Instant at) {
    return follow(mailbox, srs().reverse(mailbox.localPart(), at), at);
  }

  /** Ends a lookup whose reversal has led through too many tokens. */
  public Lookup giveUp(Lookup lookup) {
    return new Lookup(lookup.address(), new SrsReversal.TooDeep(), Optional.empty());
  }

  /**
   * Goes on with a lookup whose reversal is a token; the next may be one again.
   *
   * @param address who is behind the token; empty where nobody is, or no longer
   */
  public Lookup redeem(Lookup lookup, Optional<String> address, Instant at) {
    int end = address.map(found -> found.lastIndexOf('@')).orElse(-1);
    return follow(
        Mailbox.parse(lookup.address()),
        end < 0
            ? new SrsReversal.BadTimestamp()
            : new SrsReversal.Original(
                address.orElseThrow().substring(0, end), address.orElseThrow().substring(end + 1)),
        at);
  }

  private Lookup follow(Mailbox mailbox, SrsReversal first, Instant at) {
    SrsReversal reversal = first;
    Optional<Mailbox> original = original(reversal);
    if (reversal instanceof SrsReversal.Original && original.isEmpty()) {
      reversal = new SrsReversal.BadHash();
    }
    // What we rewrote twice is reversed twice: a next hop does not hand it to us again.
    for (int i = 1; original.filter(found -> isOurs(found, mailbox)).isPresent(); i++) {
      SrsReversal next =
          i == MAX_REVERSALS
              ? new SrsReversal.TooDeep()
              : srs().reverse(original.get().localPart(), at);
      if (!(next instanceof SrsReversal.Original)) {
        reversal = next;
      }
      original = original(next);
    }
    return new Lookup(Lookup.text(mailbox), reversal, original);
  }

  /** Returns whether an address that was rewritten is a return address of ours again. */
  private boolean isOurs(Mailbox found, Mailbox given) {
    return Srs.hasTag(found.localPart()) && isSrsDomain(found, given);
  }

  private boolean isSrsDomain(Mailbox found, Mailbox given) {
    String domain = found.foldedDomain();
    return domain.equals(given.foldedDomain()) || domain.equals(returnAddresses.get().domain());
  }

  private static Optional<Mailbox> original(SrsReversal reversal) {
    if (!(reversal instanceof SrsReversal.Original(String localPart, String domain))) {
      return Optional.empty();
    }
    return Mailbox.tryParse(new Mailbox(localPart, domain).toString());
  }

  /**
   * Decides.
   *
   * @param found where each address of the lookup leads, by address
   */
  public Decision decide(
      Recipient recipient, Lookup lookup, Map<String, Resolution> found, SenderFacts facts) {
    if (!(recipient.forwardPath() instanceof ForwardPath.Address(Mailbox mailbox))) {
      return new Decision.PassOn(recipient.forwardPath(), false);
    }
    Steps steps = steps(found, lookup.address());
    boolean foreign = steps.top().domainId() == null;
    if (foreign && !mailbox.foldedDomain().equals(returnAddresses.get().domain())) {
      return decideSteps(recipient, mailbox, steps, found, facts, false);
    }
    // Resolution begins with SRS: an address of ours with the tag is nothing else.
    return switch (lookup.reversal()) {
      case SrsReversal.NotSrs() -> decideSteps(recipient, mailbox, steps, found, facts, false);
      case SrsReversal.BadHash() ->
          refuse(550, "5.1.1", "No such address", Decision.Refuse.SRS_BAD_HASH);
      case SrsReversal.BadTimestamp() ->
          refuse(550, "5.1.1", "This return address has expired", "srs_expired");
      case SrsReversal.TooDeep() ->
          new Decision.Refuse(
              Reply.of(554, "5.4.6", "More than 4 return addresses of ours in one"),
              "srs_over_max_reversals",
              false);
      case SrsReversal.Token(String _) ->
          refuse(451, "4.3.0", "Cannot look up the address now; try again later", "database_away");
      case SrsReversal.Original original ->
          decideSteps(
              recipient, mailbox, steps(found, lookup.addresses().getLast()), found, facts, true);
    };
  }

  /**
   * Returns the addresses of which {@link #decide} has to know where they lead, too: those that
   * answer for lists which a null reverse-path keeps from their members.
   *
   * @param resolution where the recipient leads, or one of these addresses
   */
  public Set<String> returnAddresses(Lookup lookup, Resolution resolution, SenderFacts facts) {
    return facts.sender().reversePath().isNull()
        ? Bounces.returnAddresses(resolution, isReversed(lookup))
        : Set.of();
  }

  /**
   * Returns whether mail for a list may go to those who are on it. A bounce may not, unless the
   * list wants it so.
   */
  public boolean reachesMembers(Lookup lookup, Resolution resolution, SenderFacts facts) {
    return resolution.expansion() == null
        || !facts.sender().reversePath().isNull()
        || NullSenderRule.of(resolution.end(), isReversed(lookup)) == NullSender.MEMBERS;
  }

  private static boolean isReversed(Lookup lookup) {
    return lookup.original().isPresent();
  }

  private static Steps steps(Map<String, Resolution> found, String address) {
    Resolution resolution = found.get(address);
    if (resolution == null) {
      throw new IllegalStateException("the database said nothing about an address");
    }
    return new Steps(resolution);
  }

  private Decision decideSteps(
      Recipient recipient,
      Mailbox mailbox,
      Steps steps,
      Map<String, Resolution> found,
      SenderFacts facts,
      boolean reversed) {
    ResolutionStep top = steps.top();
    if (facts.sender().reversePath().isNull() && steps.expansion() != null) {
      return bounce(recipient, mailbox, Bounces.of(steps, found, reversed), facts);
    }
    return switch (top.decision()) {
      case LIST, REDIRECT -> forward(recipient, mailbox, steps, facts);
      case BLOCKED -> blocked(top);
      case INACTIVE -> deactivated();
      // An invalid one the front has read as an address: what the database cannot, a next hop may.
      case USER, UNKNOWN, FOREIGN, INVALID, REPEATED, CIRCLE, TOO_DEEP, TOO_MANY ->
          reversed
              ? forward(recipient, mailbox, steps, facts)
              : new Decision.PassOn(recipient.forwardPath(), top.domainId() == null);
    };
  }

  private static Decision deactivated() {
    return new Decision.Refuse(DEACTIVATED, "inactive", false);
  }

  private static Decision blocked(ResolutionStep step) {
    return switch (action(step.blockAction())) {
      case DROP -> new Decision.Drop("blocked");
      case DEFER -> new Decision.Refuse(BLOCKED_FOR_NOW, "blocked", false);
      case REJECT -> new Decision.Refuse(BLOCKED_FOR_GOOD, "blocked", false);
    };
  }

  private static BlockAction action(@Nullable BlockAction action) {
    return action == null ? BlockAction.REJECT : action;
  }

  private static Decision refuse(int code, String enhanced, String text, String reason) {
    return new Decision.Refuse(Reply.of(code, enhanced, text), reason, false);
  }

  private Decision forward(Recipient recipient, Mailbox mailbox, Steps steps, SenderFacts facts) {
    List<Member> leaves = steps.leaves();
    Optional<Decision> limit =
        limit(steps.isTooLarge(), leaves.stream().anyMatch(leaf -> leaf.decision() == TOO_DEEP));
    if (limit.isPresent()) {
      return limit.get();
    }
    List<Target> targets = new ArrayList<>();
    List<Decision.Skipped> skipped = new ArrayList<>();
    boolean single = leaves.size() == 1;
    // The members of one list follow each other.
    @Nullable Node named = null;
    @Nullable Way way = null;
    for (Member leaf : leaves) {
      if (way == null || leaf.above() != named) {
        named = leaf.above();
        way =
            new Way(
                reversePaths, facts, steps.above(named), mailbox, recipient.parameters(), single);
      }
      add(leaf, way, targets, skipped);
    }
    steps.empty().forEach(list -> skipped.add(new Decision.Skipped(list, "empty_list")));
    for (List<ResolutionStep> list : steps.lists()) {
      Steps.newMailfrom(list.getFirst())
          .filter(path -> ReversePaths.leadsBack(path, list))
          .ifPresent(
              path ->
                  skipped.add(new Decision.Skipped(path.toString(), "new_mailfrom_leads_back")));
    }
    return targets.isEmpty() ? nobody(leaves) : new Decision.Forward(mailbox, targets, skipped);
  }

  /** Decides about mail with a null reverse-path that leads to a list. */
  private Decision bounce(
      Recipient recipient, Mailbox mailbox, Bounces bounces, SenderFacts facts) {
    List<Bounces.Leaf> leaves = bounces.leaves();
    Optional<Decision> limit = limit(bounces.isTooLarge(), bounces.isTooDeep());
    if (limit.isPresent()) {
      return limit.get();
    }
    List<Target> targets = new ArrayList<>();
    List<Decision.Skipped> skipped = new ArrayList<>();
    boolean single = leaves.size() == 1;
    // The members of one list share the steps above them.
    IdentityHashMap<List<ResolutionStep>, Way> ways = new IdentityHashMap<>();
    for (Bounces.Leaf leaf : leaves) {
      Way way =
          ways.computeIfAbsent(
              leaf.above(),
              above ->
                  new Way(reversePaths, facts, above, mailbox, recipient.parameters(), single));
      add(leaf.member(), way, targets, skipped);
    }
    bounces
        .leftOut()
        .forEach(list -> skipped.add(new Decision.Skipped(list, Decision.Skipped.NULL_SENDER)));
    if (!targets.isEmpty()) {
      return new Decision.Forward(mailbox, targets, skipped);
    }
    return leaves.isEmpty() && !bounces.leftOut().isEmpty()
        ? refuse(550, "5.7.1", "This list takes no bounces", Decision.Skipped.NULL_SENDER)
        : nobody(leaves.stream().map(Bounces.Leaf::member).toList());
  }

  /** Refuses as a whole what meets a limit of the resolution. */
  private static Optional<Decision> limit(boolean tooLarge, boolean tooDeep) {
    if (tooLarge) {
      return Optional.of(
          new Decision.Refuse(
              // RFC 3463 §3.3 X.2.4: mailing list expansion problem
              Reply.of(550, "5.2.4", "This list and those within it have more than 100000 members"),
              "list_over_max_steps",
              true));
    }
    return tooDeep
        ? Optional.of(
            new Decision.Refuse(
                Reply.of(554, "5.4.6", "More than 10 redirects behind this address"),
                "over_max_redirects",
                true))
        : Optional.empty();
  }

  private static Decision nobody(List<Member> leaves) {
    if (leaves.stream().anyMatch(leaf -> leaf.decision() == BLOCKED)) {
      return new Decision.Drop("blocked_targets");
    }
    if (leaves.stream().anyMatch(leaf -> leaf.decision() == INACTIVE)) {
      return deactivated();
    }
    if (leaves.stream().anyMatch(leaf -> leaf.decision() == CIRCLE)) {
      return new Decision.Refuse(Reply.of(554, "5.4.6", "Forwarding loop"), "circle", true);
    }
    return new Decision.Refuse(
        Reply.of(550, "5.1.1", "Nobody receives mail for this address"), "no_members", true);
  }

  private static void add(
      Member leaf, Way way, List<Target> targets, List<Decision.Skipped> skipped) {
    Optional<Mailbox> parsed = Mailbox.tryParse(leaf.address());
    if (parsed.isEmpty()) {
      skipped.add(new Decision.Skipped(leaf.address(), "not_an_address"));
      return;
    }
    Mailbox address = parsed.get();
    boolean itself = way.above().isEmpty();
    switch (itself && leaf.decision() == INVALID ? FOREIGN : leaf.decision()) {
      case USER, UNKNOWN, FOREIGN -> {
        ReversePaths.CopySender sender = way.sender(address, leaf.ours());
        targets.add(
            new Target.Send(
                address,
                leaf.finalAddress(),
                leaf.ours(),
                sender.sender(),
                sender.token(),
                way.parameters(),
                way.keepers()));
      }
      case BLOCKED -> {
        switch (action(leaf.blockAction())) {
          case DROP ->
              skipped.add(new Decision.Skipped(leaf.address(), Decision.Skipped.BLOCKED_DROP));
          case DEFER -> targets.add(failed(leaf, address, way, BLOCKED_FOR_NOW));
          case REJECT -> targets.add(failed(leaf, address, way, BLOCKED_FOR_GOOD));
        }
      }
      case INACTIVE -> {
        // Within a list, one that was deactivated on purpose is no failure to report each time.
        if (leaf.listName() != null && way.above().stream().anyMatch(Steps::isList)) {
          skipped.add(new Decision.Skipped(leaf.address(), Decision.Skipped.INACTIVE_LIST));
        } else {
          targets.add(failed(leaf, address, way, DEACTIVATED));
        }
      }
      case INVALID, CIRCLE, REPEATED, LIST, REDIRECT, TOO_DEEP, TOO_MANY ->
          skipped.add(
              new Decision.Skipped(leaf.address(), AsciiCase.lower(leaf.decision().name())));
    }
  }

  private static Target.Failed failed(Member leaf, Mailbox address, Way way, Reply reply) {
    return new Target.Failed(address, leaf.finalAddress(), reply, way.keepers());
  }
}
