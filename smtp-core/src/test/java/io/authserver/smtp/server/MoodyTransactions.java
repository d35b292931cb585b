package io.authserver.smtp.server;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A daemon whose mood depends on the addresses: {@code t} is refused for now, {@code p} for good,
 * {@code x} and {@code i} break it, {@code w} gets the wrong number of replies. Used by one thread.
 */
final class MoodyTransactions implements MailTransactionFactory {
  private final List<byte[]> messages = new ArrayList<>();
  private int begun;
  private int closed;

  List<byte[]> messages() {
    return messages;
  }

  int begun() {
    return begun;
  }

  int closed() {
    return closed;
  }

  @Override
  public MailTransaction begin(ClientSession session) {
    begun++;
    return new Transaction();
  }

  private static Reply answer(String path) throws IOException {
    return switch (path.length() < 2 ? '-' : path.charAt(1)) {
      case 't' -> Reply.of(451, "4.7.1", "later");
      case 'c' -> Reply.of(421, "4.3.2", "closing");
      case 'p' -> Reply.of(550, "5.1.1", "never");
      case 'n' -> new Reply(550, null, List.of("no code", "two lines"));
      case 'x' -> throw new IllegalStateException("a bug");
      case 'i' -> throw new IOException("an accident");
      default -> Reply.of(250, "2.1.0", "ok");
    };
  }

  private final class Transaction implements MailTransaction {
    private final List<String> accepted = new ArrayList<>();
    private boolean over;

    @Override
    public Reply onMail(Sender sender) throws IOException {
      return answer(sender.reversePath().toString());
    }

    @Override
    public List<Reply> onRecipients(List<Recipient> recipients) throws IOException {
      SmtpSessionTarget.require(!recipients.isEmpty(), "no recipients");
      List<Reply> replies = new ArrayList<>();
      for (Recipient each : recipients) {
        String path = each.forwardPath().toString();
        if (path.startsWith("<w")) {
          return List.of();
        }
        replies.add(answer(path));
      }
      for (int i = 0; i < replies.size(); i++) {
        if (replies.get(i).isPositive()) {
          accepted.add(recipients.get(i).forwardPath().toString());
        }
      }
      return replies;
    }

    @Override
    public List<Reply> onMessage(ReceivedMessage message) throws IOException {
      SmtpSessionTarget.require(!over && !accepted.isEmpty(), "a message out of order");
      over = true;
      messages.add(message.content().toByteArray());
      List<Reply> outcomes = new ArrayList<>();
      for (String each : accepted) {
        // <at...> is taken at RCPT and refused at the end.
        outcomes.add(each.startsWith("<a") ? answer("<" + each.substring(2)) : answer("<ok"));
      }
      return outcomes;
    }

    @Override
    public void close() {
      closed++;
    }
  }
}
