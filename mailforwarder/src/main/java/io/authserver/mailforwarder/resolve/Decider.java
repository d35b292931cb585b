package io.authserver.mailforwarder.resolve;

import static io.authserver.db.alias.Decision.BLOCKED;
import static io.authserver.db.alias.Decision.CIRCLE;
import static io.authserver.db.alias.Decision.FOREIGN;
import static io.authserver.db.alias.Decision.INACTIVE;
import static io.authserver.db.alias.Decision.INVALID;

import io.authserver.db.alias.BlockAction;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsReversal;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.reply.Reply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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

  /** Reversals of an address that we rewrote more than once. */
  private static final int MAX_REVERSALS = 4;

  private final Srs srs;
  private final @Nullable String srsDomain;
  private final ReversePaths reversePaths;

  /**
   * Makes a decider.
   *
   * @param srsDomain the folded domain of all SRS addresses, or null for the domain of each alias
   */
  public Decider(Srs srs, @Nullable String srsDomain) {
    this.srs = srs;
    this.srsDomain = srsDomain;
    this.reversePaths = new ReversePaths(srs, srsDomain);
  }

  /**
   * Returns what the database is asked about an address. Where its reversal is a token, who is
   * behind that comes first: {@link #redeem}.
   */
  public Lookup lookup(Mailbox mailbox, Instant at) {
    return follow(mailbox, srs.reverse(mailbox.localPart(), at), at);
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
    for (int i = 1; i < MAX_REVERSALS && original.isPresent(); i++) {
      Mailbox found = original.get();
      if (!Srs.hasTag(found.localPart()) || !isSrsDomain(found, mailbox)) {
        break;
      }
      SrsReversal next = srs.reverse(found.localPart(), at);
      if (!(next instanceof SrsReversal.Original)) {
        reversal = next;
      }
      original = original(next);
    }
    return new Lookup(Lookup.text(mailbox), reversal, original);
  }

  private boolean isSrsDomain(Mailbox found, Mailbox given) {
    String domain = found.foldedDomain();
    return domain.equals(given.foldedDomain()) || domain.equals(srsDomain);
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
   * @param found the steps of each address of the lookup, in order, by address
   */
  public Decision decide(
      Recipient recipient,
      Lookup lookup,
      Map<String, List<ResolutionStep>> found,
      SenderFacts facts) {
    if (!(recipient.forwardPath() instanceof ForwardPath.Address(Mailbox mailbox))) {
      return new Decision.PassOn(recipient.forwardPath(), false);
    }
    Steps steps = steps(found, lookup.address());
    boolean foreign = steps.top().domainId() == null;
    if (foreign && !mailbox.foldedDomain().equals(srsDomain)) {
      return decideSteps(recipient, mailbox, steps, facts, false);
    }
    // Resolution begins with SRS: an address of ours with the tag is nothing else.
    return switch (lookup.reversal()) {
      case SrsReversal.NotSrs() -> decideSteps(recipient, mailbox, steps, facts, false);
      case SrsReversal.BadHash() -> refuse(550, "5.1.1", "No such address", "srs_bad_hash");
      case SrsReversal.BadTimestamp() ->
          refuse(550, "5.1.1", "This return address has expired", "srs_expired");
      case SrsReversal.Token(String _) ->
          refuse(451, "4.3.0", "Cannot look up the address now; try again later", "database_away");
      case SrsReversal.Original original ->
          decideSteps(recipient, mailbox, steps(found, lookup.addresses().getLast()), facts, true);
    };
  }

  private static Steps steps(Map<String, List<ResolutionStep>> found, String address) {
    List<ResolutionStep> steps = found.get(address);
    if (steps == null || steps.isEmpty()) {
      throw new IllegalStateException("the database said nothing about an address");
    }
    return new Steps(steps);
  }

  private Decision decideSteps(
      Recipient recipient, Mailbox mailbox, Steps steps, SenderFacts facts, boolean reversed) {
    ResolutionStep top = steps.top();
    return switch (top.decision()) {
      case LIST, REDIRECT -> forward(recipient, mailbox, steps, facts);
      case BLOCKED -> blocked(top);
      case INACTIVE -> deactivated();
      // An invalid one the front has read as an address: what the database cannot, a next hop may.
      case USER, UNKNOWN, FOREIGN, INVALID, CIRCLE, TOO_DEEP, TOO_MANY ->
          reversed
              ? forward(recipient, mailbox, steps, facts)
              : new Decision.PassOn(recipient.forwardPath(), top.domainId() == null);
    };
  }

  private static Decision deactivated() {
    return new Decision.Refuse(DEACTIVATED, "inactive", false);
  }

  private static Decision blocked(ResolutionStep step) {
    return switch (action(step)) {
      case DROP -> new Decision.Drop("blocked");
      case DEFER -> refuse(450, "4.7.1", "Address is blocked for now", "blocked");
      case REJECT -> refuse(550, "5.7.1", "Address is blocked", "blocked");
    };
  }

  private static BlockAction action(ResolutionStep step) {
    BlockAction action = step.blockAction();
    return action == null ? BlockAction.REJECT : action;
  }

  private static Decision refuse(int code, String enhanced, String text, String reason) {
    return new Decision.Refuse(Reply.of(code, enhanced, text), reason, false);
  }

  private Decision forward(Recipient recipient, Mailbox mailbox, Steps steps, SenderFacts facts) {
    List<Target> targets = new ArrayList<>();
    List<Decision.Skipped> skipped = new ArrayList<>();
    List<ResolutionStep> leaves = steps.leaves();
    for (ResolutionStep leaf : leaves) {
      add(leaf, recipient, mailbox, steps, facts, leaves.size() == 1, targets, skipped);
    }
    for (ResolutionStep step : steps.ordered()) {
      if (steps.isEmpty(step)) {
        skipped.add(new Decision.Skipped(step.address(), "empty_list"));
      }
      Steps.newMailfrom(step)
          .filter(path -> ReversePaths.leadsBack(path, withItself(steps, step)))
          .ifPresent(
              path ->
                  skipped.add(new Decision.Skipped(path.toString(), "new_mailfrom_leads_back")));
    }
    if (!targets.isEmpty()) {
      return new Decision.Forward(mailbox, targets, skipped);
    }
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

  private static List<ResolutionStep> withItself(Steps steps, ResolutionStep step) {
    List<ResolutionStep> all = new ArrayList<>(steps.above(step));
    all.addFirst(step);
    return all;
  }

  private void add(
      ResolutionStep leaf,
      Recipient recipient,
      Mailbox mailbox,
      Steps steps,
      SenderFacts facts,
      boolean single,
      List<Target> targets,
      List<Decision.Skipped> skipped) {
    Optional<Mailbox> address = Steps.parse(leaf.address());
    if (address.isEmpty()) {
      skipped.add(new Decision.Skipped(leaf.address(), "not_an_address"));
      return;
    }
    List<ResolutionStep> above = steps.above(leaf);
    Optional<Mailbox> reportTo = reportTo(above);
    boolean itself = above.isEmpty();
    switch (itself && leaf.decision() == INVALID ? FOREIGN : leaf.decision()) {
      case USER, UNKNOWN, FOREIGN -> {
        boolean ours = leaf.domainId() != null;
        boolean ownName = ReversePaths.listSender(facts, above).isPresent();
        ReversePaths.CopySender sender =
            reversePaths.forCopy(facts, above, address.get(), ours, aliasDomain(above, mailbox));
        targets.add(
            new Target.Send(
                address.get(),
                ours,
                sender.sender(),
                sender.token(),
                ReversePaths.parameters(recipient.parameters(), ownName, single),
                reportTo));
      }
      case BLOCKED -> {
        switch (action(leaf)) {
          case DROP ->
              skipped.add(new Decision.Skipped(leaf.address(), Decision.Skipped.BLOCKED_DROP));
          case DEFER ->
              targets.add(
                  failed(address.get(), 450, "4.7.1", "Address is blocked for now", reportTo));
          case REJECT ->
              targets.add(failed(address.get(), 550, "5.7.1", "Address is blocked", reportTo));
        }
      }
      case INACTIVE -> {
        // Within a list, one that was deactivated on purpose is no failure to report each time.
        if (leaf.listId() != null && above.stream().anyMatch(Steps::isList)) {
          skipped.add(new Decision.Skipped(leaf.address(), Decision.Skipped.INACTIVE_LIST));
        } else {
          targets.add(new Target.Failed(address.get(), DEACTIVATED, reportTo));
        }
      }
      case TOO_DEEP ->
          targets.add(failed(address.get(), 554, "5.4.6", "Lists within lists too deep", reportTo));
      case TOO_MANY ->
          targets.add(failed(address.get(), 550, "5.5.3", "Too many addresses", reportTo));
      case INVALID, CIRCLE, LIST, REDIRECT ->
          skipped.add(
              new Decision.Skipped(
                  leaf.address(), leaf.decision().name().toLowerCase(Locale.ROOT)));
    }
  }

  private static Target.Failed failed(
      Mailbox address, int code, String enhanced, String text, Optional<Mailbox> reportTo) {
    return new Target.Failed(address, Reply.of(code, enhanced, text), reportTo);
  }

  /** Returns the domain of the alias that named a target; for an SRS address its own. */
  private static String aliasDomain(List<ResolutionStep> above, Mailbox mailbox) {
    for (ResolutionStep step : above) {
      String domain = step.domain();
      if (domain != null) {
        return domain;
      }
    }
    return mailbox.foldedDomain();
  }

  private static Optional<Mailbox> reportTo(List<ResolutionStep> above) {
    return above.stream()
        .filter(Steps::isList)
        .flatMap(list -> Steps.owner(list).or(() -> Steps.newMailfrom(list)).stream())
        .findFirst();
  }
}
