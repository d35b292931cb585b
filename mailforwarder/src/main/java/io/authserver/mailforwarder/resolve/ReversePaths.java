package io.authserver.mailforwarder.resolve;

import io.authserver.db.alias.ResolutionStep;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsToken;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The sender of a forwarded copy. */
final class ReversePaths {
  private final Supplier<ReturnAddresses> returnAddresses;

  ReversePaths(Supplier<ReturnAddresses> returnAddresses) {
    this.returnAddresses = returnAddresses;
  }

  /**
   * What MAIL says for a copy.
   *
   * @param token what has to be kept before it says so
   */
  record CopySender(Sender sender, Optional<SrsToken> token) {}

  private record Path(ReversePath path, Optional<SrsToken> token) {
    static Path of(ReversePath path) {
      return new Path(path, Optional.empty());
    }
  }

  /**
   * Returns what MAIL says for a copy.
   *
   * @param above the steps that led to the target, nearest first
   * @param ascii whether the target's address is ASCII
   * @param ours whether the target is in a domain of ours
   * @param aliasDomain the domain of the alias, for SRS addresses without a domain of their own
   */
  CopySender forCopy(
      SenderFacts facts,
      List<ResolutionStep> above,
      boolean ascii,
      boolean ours,
      String aliasDomain) {
    MailParameters given = facts.sender().parameters();
    Optional<Mailbox> listSender = listSender(facts, above);
    Path path =
        listSender
            .map(mailbox -> Path.of(new ReversePath.Address(mailbox)))
            .orElseGet(() -> rewritten(facts, ours, aliasDomain));
    boolean utf8 =
        given.smtpUtf8()
            || !ascii
            || (path.path() instanceof ReversePath.Address(Mailbox mailbox) && !mailbox.isAscii());
    // RFC 3461 §5.2.7.3: a list that sends under its own name passes on no RET and no ENVID; what
    // it
    // asks for itself is HDRS where the message was not submitted.
    boolean ownName = listSender.isPresent();
    return new CopySender(
        new Sender(
            path.path(),
            new MailParameters(
                -1,
                given.body(),
                utf8,
                Dsn.ret(facts, ownName ? null : given.ret()),
                ownName ? null : given.envid())),
        path.token());
  }

  /** Returns the own reverse-path of the nearest list that has one; none for a bounce. */
  static Optional<Mailbox> listSender(SenderFacts facts, List<ResolutionStep> above) {
    if (facts.sender().reversePath().isNull()) {
      return Optional.empty();
    }
    return above.stream()
        .filter(Steps::isList)
        .flatMap(list -> Steps.newMailfrom(list).stream())
        .filter(mailbox -> !leadsBack(mailbox, above))
        .findFirst();
  }

  /** Returns whether a reverse-path would send a list's bounces to the list. */
  static boolean leadsBack(Mailbox newMailfrom, List<ResolutionStep> above) {
    String text = Lookup.text(newMailfrom);
    return above.stream().anyMatch(step -> AsciiCase.equal(step.address(), text));
  }

  private Path rewritten(SenderFacts facts, boolean ours, String aliasDomain) {
    if (!(facts.sender().reversePath() instanceof ReversePath.Address(Mailbox mailbox))) {
      return Path.of(facts.sender().reversePath());
    }
    if (ours || (facts.submitted() && facts.ours())) {
      return Path.of(facts.sender().reversePath());
    }
    // Mail::SRS keeps the case of a domain; only what has no ASCII form is folded.
    String domain = mailbox.isAscii() ? mailbox.domain() : mailbox.foldedDomain();
    ReturnAddresses now = returnAddresses.get();
    Srs.Rewritten made = now.srs().rewrite(mailbox.localPart(), domain, facts.at());
    return new Path(
        new ReversePath.Address(new Mailbox(made.localPart(), now.domainFor(aliasDomain))),
        Optional.ofNullable(made.token()));
  }

  /**
   * Returns what is asked about a target's notifications.
   *
   * @param single whether the recipient stands for this target alone
   */
  static RecipientParameters parameters(
      RecipientParameters given, boolean listSender, boolean single) {
    if (listSender) {
      // RFC 3461 §5.2.7.3: what the sender asked for ends at the list.
      return RecipientParameters.NONE;
    }
    // RFC 3461 §5.2.7.2 (c): an alias of several addresses does not ask each of them for SUCCESS.
    return single ? given : Dsn.withoutSuccess(given);
  }
}
