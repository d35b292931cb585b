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
import java.util.Collections;
import java.util.List;

/** The simplest daemon: what comes goes to one next hop, under our Received field alone. */
public record NullRelay(NextHop nextHop) implements MailTransactionFactory {
  private static final Duration CONNECTION_WAIT = Duration.ofSeconds(10);

  @Override
  public MailTransaction begin(ClientSession session) {
    return new Transaction(nextHop.open(CONNECTION_WAIT));
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
      List<RelayOutcome> outcomes = relay.recipients(recipients);
      accepted +=
          (int) outcomes.stream().filter(each -> each instanceof RelayOutcome.Delivered).count();
      return outcomes.stream().map(RelayOutcome::reply).toList();
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
