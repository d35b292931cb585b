package io.authserver.db.alias;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.address.Mailbox;

/** By what two addresses are the same target of one message. */
public final class FinalAddress {
  private FinalAddress() {}

  /**
   * Returns what duplicates have in common: of ours the folded address, of others the local part as
   * it is, whose case only its domain understands (RFC 5321 §2.4).
   */
  public static String of(Mailbox mailbox, boolean ours) {
    return ours
        ? folded(mailbox)
        : new Mailbox(mailbox.localPart(), mailbox.foldedDomain()).toString();
  }

  /** Returns an address of ours as the database compares it, and as loops are found by it. */
  public static String folded(Mailbox mailbox) {
    return new Mailbox(AsciiCase.lower(mailbox.localPart()), mailbox.foldedDomain()).toString();
  }
}
