package io.authserver.smtp.address;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What must hold for any argument of MAIL and RCPT: the parsers return and never throw, and what
 * they understood can be printed as valid syntax that is understood in the same way.
 */
final class EnvelopeTarget {
  private EnvelopeTarget() {}

  static void check(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    mail(text);
    mail("FROM:" + text);
    for (boolean smtpUtf8 : new boolean[] {false, true}) {
      recipient(text, smtpUtf8);
      recipient("TO:" + text, smtpUtf8);
    }
    Optional<Mailbox> mailbox = Mailbox.tryParse(text);
    mailbox.ifPresent(EnvelopeTarget::mailbox);
  }

  private static void mail(String argument) {
    if (!(EnvelopeParser.parseMail(argument) instanceof Parsed.Value<Sender>(Sender sender))) {
      return;
    }
    if (sender.reversePath() instanceof ReversePath.Address(Mailbox mailbox)) {
      mailbox(mailbox);
      require(mailbox.isAscii() || sender.parameters().smtpUtf8(), "UTF-8 without SMTPUTF8");
    }
    String printed = "FROM:" + sender.reversePath() + print(sender.parameters());
    requireOneLine(printed);
    require(
        EnvelopeParser.parseMail(printed).equals(new Parsed.Value<>(sender)),
        "not the same when printed: " + printed);
  }

  private static void recipient(String argument, boolean smtpUtf8) {
    if (!(EnvelopeParser.parseRecipient(argument, smtpUtf8)
        instanceof Parsed.Value<Recipient>(Recipient recipient))) {
      return;
    }
    if (recipient.forwardPath() instanceof ForwardPath.Address(Mailbox mailbox)) {
      mailbox(mailbox);
      require(mailbox.isAscii() || smtpUtf8, "UTF-8 without SMTPUTF8");
    }
    String printed = "TO:" + recipient.forwardPath() + print(recipient.parameters());
    requireOneLine(printed);
    require(
        EnvelopeParser.parseRecipient(printed, smtpUtf8).equals(new Parsed.Value<>(recipient)),
        "not the same when printed: " + printed);
  }

  private static void mailbox(Mailbox mailbox) {
    String printed = mailbox.toString();
    requireOneLine(printed);
    require(Mailbox.parse(printed).equals(mailbox), "not the same when printed: " + printed);
    require(
        Mailbox.octets(mailbox.localPart()) <= Mailbox.MAX_LOCAL_PART_OCTETS
            && Mailbox.octets(mailbox.domain()) <= Mailbox.MAX_DOMAIN_OCTETS,
        "too long: " + printed);
    String folded = mailbox.foldedDomain();
    require(Mailbox.isAscii(folded), "folded domain is not ASCII: " + folded);
    require(Mailbox.foldDomain(folded).equals(folded), "folded again it is another one: " + folded);
    // What the database and the comparison of domains take it for is a domain itself.
    Mailbox other = new Mailbox("x", folded);
    require(Mailbox.tryParse(other.toString()).equals(Optional.of(other)), "no domain: " + folded);
  }

  private static String print(MailParameters parameters) {
    StringBuilder text = new StringBuilder();
    if (parameters.size() >= 0) {
      text.append(" SIZE=").append(parameters.size());
    }
    if (parameters.body() != null) {
      text.append(" BODY=").append(parameters.body().keyword());
    }
    if (parameters.smtpUtf8()) {
      text.append(" SMTPUTF8");
    }
    if (parameters.ret() != null) {
      text.append(" RET=").append(parameters.ret());
    }
    if (parameters.envid() != null) {
      text.append(" ENVID=").append(parameters.envid());
    }
    return text.toString();
  }

  private static String print(RecipientParameters parameters) {
    return (parameters.notifyOn() == null ? "" : " NOTIFY=" + parameters.notifyOn())
        + (parameters.orcpt() == null ? "" : " ORCPT=" + parameters.orcpt());
  }

  private static void requireOneLine(String printed) {
    require(printed.chars().noneMatch(Character::isISOControl), "control character: " + printed);
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
