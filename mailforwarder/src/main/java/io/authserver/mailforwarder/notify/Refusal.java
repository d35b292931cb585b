package io.authserver.mailforwarder.notify;

import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.reply.Reply;
import java.util.Optional;

/**
 * A target that refused a message for good, behind a recipient that was accepted.
 *
 * @param hiddenTarget the address that refused, where the recipient stood for it; the sender may
 *     not read it
 * @param reportTo who is told instead of the sender: a list's owner or own reverse-path
 * @param reply why
 */
public record Refusal(
    Recipient recipient,
    boolean ours,
    Optional<Mailbox> hiddenTarget,
    Optional<Mailbox> reportTo,
    Reply reply)
    implements Notice {}
