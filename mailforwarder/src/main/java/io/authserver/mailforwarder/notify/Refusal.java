package io.authserver.mailforwarder.notify;

import io.authserver.mailforwarder.resolve.Keepers;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.reply.Reply;
import java.util.Optional;

/**
 * A target that refused a message for good, behind a recipient that was accepted, or a recipient
 * whose message met a limit of ours.
 *
 * @param hiddenTarget the address that refused, where the recipient stood for it; the sender may
 *     not read it
 * @param keepers who looks after the lists that led to it
 * @param reply why
 * @param limit whether it is a limit of ours, a loop among them, that ended the message there
 */
public record Refusal(
    Recipient recipient,
    boolean ours,
    Optional<Mailbox> hiddenTarget,
    Keepers keepers,
    Reply reply,
    boolean limit)
    implements Notice {}
