package io.authserver.mailforwarder;

import io.authserver.mailforwarder.fanout.EdgeNames;
import io.authserver.mailforwarder.fanout.Entrance;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;
import java.util.List;

/** Makes envelopes of plain addresses. */
public final class Envelopes {
  /** All mail comes in at one listener, from an edge that is called mx.ours.example. */
  public static final Entrance ENTRANCE =
      new Entrance(
          Entrance.Kind.MIXED, EdgeNames.of(List.of("mx.ours.example"), "mx.ours.example"));

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
