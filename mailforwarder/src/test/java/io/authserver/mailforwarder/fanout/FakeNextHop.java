package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.relay.Extensions;
import io.authserver.smtp.relay.NextHop;
import io.authserver.smtp.relay.OpenTransactions;
import io.authserver.smtp.relay.RelayOutcome;
import io.authserver.smtp.relay.RelayStep;
import io.authserver.smtp.relay.RelayTransaction;
import io.authserver.smtp.reply.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A next hop in memory that keeps what it took and refuses what a test names. */
final class FakeNextHop implements NextHop {
  /** A message that was taken. */
  record Taken(Sender sender, List<Recipient> recipients, String bytes) {
    String reversePath() {
      return sender.reversePath().toString();
    }

    List<String> forwardPaths() {
      return recipients.stream().map(recipient -> recipient.forwardPath().toString()).toList();
    }
  }

  private final String name;
  private volatile long size = -1;
  private final List<Taken> taken = new ArrayList<>();
  private final Map<String, RelayOutcome> atRecipient = new HashMap<>();
  private final Map<String, RelayOutcome> atSend = new HashMap<>();
  private final Map<String, RelayOutcome> atFinish = new HashMap<>();
  private final List<Duration> waits = new ArrayList<>();
  private int recipientLimit = Integer.MAX_VALUE;
  private int open;
  private int mostOpen;
  private int bodies;

  FakeNextHop(String name) {
    this.name = name;
  }

  static RelayOutcome refusal(String reply) {
    return refusal(reply, null);
  }

  private static RelayOutcome refusal(String reply, @Nullable RelayStep step) {
    String[] parts = reply.split(" ", 3);
    Reply made = Reply.of(Integer.parseInt(parts[0]), parts[1], parts[2]);
    return made.isPermanent()
        ? new RelayOutcome.PermanentFailure(made, step)
        : new RelayOutcome.TemporaryFailure(made, "scripted", true, step);
  }

  /** Refuses a forward-path, e.g. {@code <a@b>}. */
  void refuse(String forwardPath, String reply) {
    atRecipient.put(forwardPath, refusal(reply, RelayStep.RCPT));
  }

  /** Takes a forward-path again. */
  void accept(String forwardPath) {
    atRecipient.remove(forwardPath);
  }

  /** Refuses a message with this recipient at DATA. */
  void refuseData(String forwardPath, String reply) {
    atSend.put(forwardPath, refusal(reply));
  }

  /** Refuses a message with this recipient at its final dot. */
  void refuseMessage(String forwardPath, String reply) {
    atFinish.put(forwardPath, refusal(reply));
  }

  /** Takes no more recipients in a transaction. */
  void recipientLimit(int most) {
    recipientLimit = most;
  }

  synchronized List<Taken> taken() {
    return List.copyOf(taken);
  }

  synchronized List<Duration> waits() {
    return List.copyOf(waits);
  }

  synchronized int mostOpen() {
    return mostOpen;
  }

  synchronized int open() {
    return open;
  }

  /** Returns how many bodies were sent, taken or not. */
  synchronized int bodies() {
    return bodies;
  }

  @Override
  public String name() {
    return name;
  }

  /** Offers SIZE, in bytes. */
  void offerSize(long bytes) {
    size = bytes;
  }

  @Override
  public Optional<Extensions> extensions() {
    return Optional.of(new Extensions(false, false, false, false, false, size));
  }

  @Override
  public synchronized RelayTransaction open(Duration wait, OpenTransactions further) {
    waits.add(wait);
    open++;
    mostOpen = Math.max(mostOpen, open);
    return new Transaction();
  }

  private final class Transaction implements RelayTransaction {
    private @Nullable Sender sender;
    private final List<Recipient> accepted = new ArrayList<>();
    private @Nullable String body;
    private RelayOutcome finished = ok();
    private boolean closed;

    @Override
    public RelayOutcome mail(Sender begun) {
      sender = begun;
      return ok();
    }

    @Override
    public List<RelayOutcome> recipients(List<Recipient> recipients) {
      List<RelayOutcome> outcomes = new ArrayList<>();
      for (Recipient recipient : recipients) {
        RelayOutcome refusal = atRecipient.get(recipient.forwardPath().toString());
        if (refusal == null && accepted.size() >= recipientLimit) {
          refusal = refusal("452 4.5.3 too many recipients");
        }
        if (refusal == null) {
          accepted.add(recipient);
        }
        outcomes.add(refusal == null ? ok() : refusal);
      }
      return outcomes;
    }

    @Override
    public RelayOutcome send(byte[] addedFields, MessageBytes message) throws IOException {
      RelayOutcome refusal = find(atSend);
      if (refusal != null) {
        return refusal;
      }
      synchronized (FakeNextHop.this) {
        bodies++;
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.writeBytes(addedFields);
      message.forEachBlock(0, bytes::write);
      body = bytes.toString(StandardCharsets.ISO_8859_1);
      return ok();
    }

    @Override
    public List<RelayOutcome> outcomes() {
      return Collections.nCopies(accepted.size(), finished);
    }

    @Override
    public RelayOutcome finish() {
      RelayOutcome refusal = find(atFinish);
      finished = refusal == null ? ok() : refusal;
      if (refusal != null) {
        return refusal;
      }
      synchronized (FakeNextHop.this) {
        taken.add(new Taken(sender, List.copyOf(accepted), body));
      }
      return ok();
    }

    private @Nullable RelayOutcome find(Map<String, RelayOutcome> scripted) {
      return accepted.stream()
          .map(recipient -> scripted.get(recipient.forwardPath().toString()))
          .filter(outcome -> outcome != null)
          .findFirst()
          .orElse(null);
    }

    @Override
    public void abort() {
      accepted.clear();
    }

    @Override
    public void close() {
      synchronized (FakeNextHop.this) {
        if (!closed) {
          closed = true;
          open--;
        }
      }
    }

    private static RelayOutcome ok() {
      return new RelayOutcome.Delivered(Reply.of(250, "2.0.0", "ok"));
    }
  }
}
