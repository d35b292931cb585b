package io.authserver.mailforwarder.resolve;

import io.authserver.mailforwarder.srs.SrsReversal;
import io.authserver.smtp.address.Mailbox;
import java.util.List;
import java.util.Optional;

/**
 * What the database is asked about a recipient.
 *
 * @param address the address to look at, in valid syntax with its domain folded
 * @param reversal what it says as an SRS address
 * @param original the address that SRS rewrote, fully reversed; empty where it is not a valid SRS
 *     address
 */
public record Lookup(String address, SrsReversal reversal, Optional<Mailbox> original) {
  /** Returns all addresses to look at. */
  public List<String> addresses() {
    return original
        .map(mailbox -> List.of(address, text(mailbox)))
        .orElseGet(() -> List.of(address));
  }

  /** Returns a mailbox as the database is asked about it. */
  public static String text(Mailbox mailbox) {
    return new Mailbox(mailbox.localPart(), mailbox.foldedDomain()).toString();
  }
}
