package io.authserver.mailforwarder.resolve;

import io.authserver.mailforwarder.srs.SrsToken;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.reply.Reply;
import java.util.Optional;

/** One address that a recipient stands for. */
public sealed interface Target {
  /** Returns who looks after the lists that named it. */
  Keepers keepers();

  /**
   * Returns who is told when this target refuses the message: the owner of the list that named it,
   * or that list's own reverse-path; empty where that depends on the sender.
   */
  default Optional<Mailbox> reportTo() {
    return keepers().mailboxes().stream().findFirst();
  }

  /**
   * It gets a copy.
   *
   * @param address where it goes
   * @param finalAddress by which duplicates are found
   * @param ours whether its domain is ours
   * @param sender the reverse-path and parameters of the copy
   * @param parameters what is asked about its notifications
   * @param token what has to be kept before the reverse-path is used
   */
  record Send(
      Mailbox address,
      String finalAddress,
      boolean ours,
      Sender sender,
      Optional<SrsToken> token,
      RecipientParameters parameters,
      Keepers keepers)
      implements Target {}

  /**
   * It gets none, and that is a failure to report.
   *
   * @param finalAddress by which duplicates are found
   * @param reply why
   */
  record Failed(Mailbox address, String finalAddress, Reply reply, Keepers keepers)
      implements Target {}

  /** Returns where it would go. */
  Mailbox address();

  /** Returns by what duplicates are found. */
  String finalAddress();
}
