package io.authserver.mailforwarder.fanout;

import io.authserver.mailforwarder.resolve.Lookup;
import io.authserver.mailforwarder.resolve.Resolution;
import io.authserver.mailforwarder.srs.SrsReversal;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What recipients have in common that stand for the same list in the same way: its address, with
 * whatever extension, and what is asked about notifications. A message that names a list a thousand
 * times costs it once.
 *
 * @param address without an extension, folded, in the domain that the client named
 * @param notifyOn the value of NOTIFY (RFC 3461 §4.1)
 */
record ListName(Mailbox address, @Nullable String notifyOn) {
  /** Returns that of a recipient, where it stands for a list. */
  static Optional<ListName> of(Recipient recipient, Lookup lookup, Resolution resolution) {
    String localPart = resolution.end().matchedLocalPart();
    return resolution.expansion() != null
            && localPart != null
            && lookup.reversal() instanceof SrsReversal.NotSrs
            && recipient.forwardPath() instanceof ForwardPath.Address(Mailbox mailbox)
        ? Optional.of(
            new ListName(
                new Mailbox(localPart, mailbox.foldedDomain()), recipient.parameters().notifyOn()))
        : Optional.empty();
  }
}
