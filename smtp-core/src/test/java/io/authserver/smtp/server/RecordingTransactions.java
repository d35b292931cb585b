package io.authserver.smtp.server;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A daemon that accepts everything, unless told otherwise, and keeps what it got. */
final class RecordingTransactions implements MailTransactionFactory {
  /** What one message was. */
  record Received(
      Sender sender, List<Recipient> recipients, byte[] bytes, String trace, String id) {}

  final BlockingQueue<Received> messages = new LinkedBlockingQueue<>();
  final BlockingQueue<Integer> batches = new LinkedBlockingQueue<>();
  final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  volatile Function<Sender, Reply> onMail = sender -> Reply.of(250, "2.1.0", "sender ok");
  volatile Function<Recipient, Reply> onRecipient = recipient -> Reply.of(250, "2.1.5", "ok");
  volatile int errorsOfClient;
  volatile MessageAnswer onMessage =
      (message, recipients) ->
          recipients.stream().map(each -> Reply.of(250, "2.0.0", "taken")).toList();

  volatile RefusalAnswer onRefused = RefusedMessage::reply;

  /** Answers a message that the front refuses. */
  interface RefusalAnswer {
    Reply answer(RefusedMessage message) throws IOException;
  }

  /** Answers a message. */
  interface MessageAnswer {
    List<Reply> answer(ReceivedMessage message, List<Recipient> recipients) throws IOException;
  }

  Received take() throws InterruptedException {
    Received received = messages.poll(10, TimeUnit.SECONDS);
    if (received == null) {
      throw new AssertionError("no message came");
    }
    return received;
  }

  @Override
  public MailTransaction begin(ClientSession session) {
    return new MailTransaction() {
      private Sender sender;
      private final List<Recipient> accepted = new ArrayList<>();

      @Override
      public Reply onMail(Sender from) {
        sender = from;
        events.add("mail " + from.reversePath());
        return onMail.apply(from);
      }

      @Override
      public List<Reply> onRecipients(List<Recipient> recipients) {
        batches.add(recipients.size());
        List<Reply> replies = new ArrayList<>();
        for (Recipient each : recipients) {
          Reply reply = onRecipient.apply(each);
          replies.add(reply);
          if (reply.isPositive()) {
            accepted.add(each);
          }
        }
        return replies;
      }

      @Override
      public int errorsOfClient() {
        return errorsOfClient;
      }

      @Override
      public List<Reply> onMessage(ReceivedMessage message) throws IOException {
        messages.add(
            new Received(
                sender,
                List.copyOf(accepted),
                message.content().toByteArray(),
                new String(message.receivedField(), java.nio.charset.StandardCharsets.UTF_8),
                message.id()));
        return onMessage.answer(message, List.copyOf(accepted));
      }

      @Override
      public Reply onRefused(RefusedMessage message) throws IOException {
        return onRefused.answer(message);
      }

      @Override
      public void close() {
        events.add("close");
      }
    };
  }
}
