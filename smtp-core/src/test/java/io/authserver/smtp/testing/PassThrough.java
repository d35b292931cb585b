package io.authserver.smtp.testing;

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

/**
 * The smallest daemon between a front and a next hop: it relays, and adds the trace field only.
 *
 * @param nextHop where everything goes
 */
public record PassThrough(NextHop nextHop) implements MailTransactionFactory {
  @Override
  public MailTransaction begin(ClientSession session) {
    return new Transaction(nextHop.open(Duration.ofSeconds(20)));
  }

  private static final class Transaction implements MailTransaction {
    private final RelayTransaction relay;
    private int accepted;

    Transaction(RelayTransaction relay) {
      this.relay = relay;
    }

    @Override
    public Reply onMail(Sender sender) {
      return relay.mail(sender).reply();
    }

    @Override
    public List<Reply> onRecipients(List<Recipient> recipients) {
      List<Reply> replies = new ArrayList<>();
      for (RelayOutcome outcome : relay.recipients(recipients)) {
        replies.add(outcome.reply());
        accepted += outcome instanceof RelayOutcome.Delivered ? 1 : 0;
      }
      return replies;
    }

    @Override
    public List<Reply> onMessage(ReceivedMessage message) throws IOException {
      RelayOutcome sent = relay.send(message.receivedField(), message.content());
      RelayOutcome outcome = sent instanceof RelayOutcome.Delivered ? relay.finish() : sent;
      return Collections.nCopies(accepted, outcome.reply());
    }

    @Override
    public void close() {
      relay.close();
    }
  }
}
