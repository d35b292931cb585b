package io.authserver.smtp.daemon;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.message.Spool;
import io.authserver.smtp.relay.Extensions;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.server.FrontLimits;
import io.authserver.smtp.server.MailTransaction;
import io.authserver.smtp.server.ReceivedMessage;
import io.authserver.smtp.server.SmtpFront;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * A front as a process of its own, whose transactions read the header section and hold the message
 * until they are told to go on. It obeys lines on standard input: {@code go}, and {@code state},
 * which it answers with what is in use after a garbage collection.
 */
final class ReadingFront {
  private static final MemoryBudget BUDGET = new MemoryBudget(MemoryBudget.DEFAULT_BYTES);
  private static final MemoryBudget WORKING = new MemoryBudget(MemoryBudget.DEFAULT_WORKING_BYTES);
  private static final MemoryBudget QUOTA = new MemoryBudget(Spool.DEFAULT_QUOTA_BYTES);
  private static final CountDownLatch GO = new CountDownLatch(1);

  private ReadingFront() {}

  private static final class Reading implements MailTransaction {
    private int recipients;

    @Override
    public Reply onMail(Sender sender) {
      return Reply.of(250, "2.1.0", "ok");
    }

    @Override
    public List<Reply> onRecipients(List<Recipient> some) {
      recipients += some.size();
      return Collections.nCopies(some.size(), Reply.of(250, "2.1.5", "ok"));
    }

    @Override
    public List<Reply> onMessage(ReceivedMessage message) throws IOException {
      HeaderSection header = message.content().header();
      long bytes = 0;
      for (HeaderField field : header.fields()) {
        bytes += field.length();
      }
      if (header.first("hold") != null) {
        System.err.println("held " + header.fieldCount() + " fields " + bytes + " bytes");
        try {
          GO.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      return Collections.nCopies(recipients, Reply.of(250, "2.0.0", "read"));
    }

    @Override
    public void close() {}
  }

  /** Arguments: the spool directory, how many fields a header section may have. */
  public static void main(String[] args) throws Exception {
    FrontLimits d = FrontLimits.DEFAULTS;
    FrontLimits limits =
        new FrontLimits(
            d.messageSize(),
            d.recipients(),
            d.sessions(),
            d.sessionsPerClient(),
            d.commandLine(),
            d.headerSize(),
            Integer.parseInt(args[1]),
            d.lineLength(),
            d.receivedFields(),
            d.errors(),
            d.backlog());
    Extensions all = new Extensions(true, true, true, true, true, 0);
    try (SmtpFront front =
            SmtpFront.builder()
                .hostName("front.example")
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .memoryBudget(BUDGET)
                .workingMemory(WORKING)
                .spoolDirectory(Path.of(args[0]))
                .spoolQuota(QUOTA)
                .limits(limits)
                .extensions(() -> Optional.of(all))
                .transactions(session -> new Reading())
                .build();
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      front.start();
      System.err.println("listening " + front.localAddresses().getFirst().getPort());
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.equals("go")) {
          GO.countDown();
        } else {
          System.gc();
          System.err.printf(
              "state sessions=%d budget=%d working=%d quota=%d heap=%d%n",
              front.sessionCount(),
              BUDGET.used(),
              WORKING.used(),
              QUOTA.used(),
              ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
      }
    }
  }
}
