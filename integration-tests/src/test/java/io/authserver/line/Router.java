package io.authserver.line;

import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.relay.NextHop;
import io.authserver.smtp.relay.RelayOutcome;
import io.authserver.smtp.relay.RelayTransaction;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.server.ClientSession;
import io.authserver.smtp.server.MailTransaction;
import io.authserver.smtp.server.MailTransactionFactory;
import io.authserver.smtp.server.ReceivedMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a site's mail server does between the daemons: keeps what is for users, hands the rest to
 * the signer, and writes its trace field on top.
 *
 * @param ours the domains whose mail stays here
 * @param handled takes note of every message as it came
 */
record Router(Set<String> ours, NextHop signer, Consumer<byte[]> handled)
    implements MailTransactionFactory {
  @Override
  public MailTransaction begin(ClientSession session) {
    return new Transaction(ours, signer.open(Duration.ofSeconds(20)), handled);
  }

  private static final class Transaction implements MailTransaction {
    private final Set<String> ours;
    private final RelayTransaction relay;
    private final Consumer<byte[]> handled;
    private int accepted;
    private int relayed;

    Transaction(Set<String> ours, RelayTransaction relay, Consumer<byte[]> handled) {
      this.ours = ours;
      this.relay = relay;
      this.handled = handled;
    }

    @Override
    public Reply onMail(Sender sender) {
      return relay.mail(sender).reply();
    }

    @Override
    public List<Reply> onRecipients(List<Recipient> recipients) {
      List<Reply> replies = new ArrayList<>();
      for (Recipient recipient : recipients) {
        boolean stays =
            !(recipient.forwardPath() instanceof ForwardPath.Address(Mailbox mailbox))
                || ours.contains(mailbox.foldedDomain());
        Reply reply =
            stays
                ? Reply.of(250, "2.1.5", "Ok")
                : relay.recipients(List.of(recipient)).getFirst().reply();
        accepted += reply.isPositive() ? 1 : 0;
        relayed += reply.isPositive() && !stays ? 1 : 0;
        replies.add(reply);
      }
      return replies;
    }

    @Override
    public List<Reply> onMessage(ReceivedMessage message) throws IOException {
      Reply reply = Reply.of(250, "2.0.0", "Kept");
      handled.accept(message.content().toByteArray());
      if (relayed > 0) {
        RelayOutcome sent = relay.send(message.receivedField(), message.content());
        reply = (sent instanceof RelayOutcome.Delivered ? relay.finish() : sent).reply();
      }
      return Collections.nCopies(accepted, reply);
    }

    @Override
    public void close() {
      relay.close();
    }
  }
}
