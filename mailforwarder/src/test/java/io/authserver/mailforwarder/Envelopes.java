package io.authserver.mailforwarder;

import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;

/** Makes envelopes of plain addresses. */
public final class Envelopes {
  private Envelopes() {}

  /** Returns a sender; the null one for an empty text. */
  public static Sender sender(String address) {
    ReversePath path =
        address.isEmpty()
            ? new ReversePath.Null()
            : new ReversePath.Address(Mailbox.parse(address));
    return new Sender(path, MailParameters.NONE);
  }

  public static Recipient recipient(String address) {
    return recipient(address, null);
  }

  public static Recipient recipient(String address, String notifyOn) {
    return new Recipient(
        new ForwardPath.Address(Mailbox.parse(address)), new RecipientParameters(notifyOn, null));
  }
}
