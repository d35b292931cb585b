package io.authserver.mailforwarder.fanout;

import io.authserver.mailforwarder.fanout.ModelWorld.Mood;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.relay.Extensions;
import io.authserver.smtp.relay.NextHop;
import io.authserver.smtp.relay.OpenTransactions;
import io.authserver.smtp.relay.RelayOutcome;
import io.authserver.smtp.relay.RelayTransaction;
import io.authserver.smtp.reply.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A next hop of the model: fails at any step as chance has it, and writes down what it took. */
final class FlakyNextHop implements NextHop {
  private static final Pattern BY = Pattern.compile("(?md)^  (\\S+) \\(by (\\S+)\\)\r$");
  private static final Pattern FINAL = Pattern.compile("(?md)^Final-Recipient: rfc822; (\\S+)\r$");

  private final String name;
  private final ModelWorld world;

  FlakyNextHop(String name, ModelWorld world) {
    this.name = name;
    this.world = world;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<Extensions> extensions() {
    return Optional.of(Extensions.NONE);
  }

  @Override
  public RelayTransaction open(Duration wait, OpenTransactions further) {
    return new Transaction();
  }

  private RelayOutcome outcome(
      String place, boolean notification, double temporary, double permanent) {
    world.step("before " + place);
    double chance = world.chance(name + " " + place);
    if (chance < temporary && notification) {
      world.untold.add(world.round);
    }
    if (chance < temporary) {
      return FakeNextHop.refusal("451 4.3.0 not now " + place);
    }
    if (chance < temporary + permanent) {
      return FakeNextHop.refusal("554 5.6.0 never " + place);
    }
    return ok();
  }

  private static RelayOutcome ok() {
    return new RelayOutcome.Delivered(Reply.of(250, "2.0.0", "ok"));
  }

  private final class Transaction implements RelayTransaction {
    private final List<String> accepted = new ArrayList<>();
    private String sender = "";
    private RelayOutcome mail = ok();
    private RelayOutcome finished = ok();
    private String body = "";

    @Override
    public RelayOutcome mail(Sender begun) {
      sender = begun.reversePath().toString();
      mail = outcome("MAIL " + sender, isNotification(), 0.05, 0);
      return mail;
    }

    @Override
    public List<RelayOutcome> recipients(List<Recipient> recipients) {
      List<RelayOutcome> outcomes = new ArrayList<>();
      for (Recipient recipient : recipients) {
        String path = recipient.forwardPath().toString();
        String address = path.substring(1, path.length() - 1);
        RelayOutcome outcome =
            switch (world.mood(address, Mood.GOOD)) {
              case GOOD ->
                  outcome("RCPT " + address, isNotification(), 0.02, never(world.weather.fickle()));
              case FLAKY ->
                  outcome("RCPT " + address, isNotification(), 0.5, never(world.weather.fickle()));
              case DEAD -> FakeNextHop.refusal("451 4.4.1 dead");
              case GONE -> FakeNextHop.refusal("550 5.1.1 gone");
            };
        if (outcome instanceof RelayOutcome.Delivered) {
          accepted.add(address);
        }
        world.log.add(world.round + " " + name + " RCPT " + address + ": " + outcome.reply());
        outcomes.add(outcome);
      }
      return outcomes;
    }

    /** Nobody is told that a notification was refused: here none is. */
    private double never(double chance) {
      return isNotification() ? 0 : chance;
    }

    private boolean isNotification() {
      return sender.equals("<>");
    }

    private String place() {
      return sender + " " + accepted.stream().sorted().toList();
    }

    @Override
    public RelayOutcome send(byte[] addedFields, MessageBytes message) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      message.forEachBlock(0, bytes::write);
      body = bytes.toString(StandardCharsets.ISO_8859_1);
      RelayOutcome outcome = outcome("DATA " + place(), isNotification(), 0.05, never(0.01));
      if (!(outcome instanceof RelayOutcome.Delivered)) {
        world.log.add(world.round + " " + name + " DATA " + place() + ": " + outcome.reply());
      }
      return outcome;
    }

    @Override
    public RelayOutcome finish() {
      finished = outcome("DOT " + place(), isNotification(), 0.1, never(0.01));
      boolean lost = false;
      if (finished instanceof RelayOutcome.Delivered) {
        lost = world.chance("lost " + place()) < world.weather.lostDot();
        taken(!lost);
        if (lost) {
          world.untold.add(world.round);
          finished = FakeNextHop.refusal("451 4.4.2 broke off");
        }
      }
      world.log.add(
          world.round
              + " "
              + name
              + " DOT "
              + place()
              + ": "
              + finished.reply()
              + (lost ? " lost" : ""));
      world.step("after DOT " + place());
      return finished;
    }

    private void taken(boolean accountable) {
      boolean report = body.contains("report-type=delivery-status");
      for (String address : accepted) {
        if (report) {
          told(address);
        } else {
          world.deliveries.add(new ModelWorld.Delivery(world.round, address, accountable));
        }
      }
    }

    private void told(String address) {
      if (address.equals(ModelWorld.SENDER)) {
        world.strangersTold.add(world.round);
      }
      String addressee = ModelWorld.POSTMASTERS.contains(address) ? "" : address;
      List<String> hidden = new ArrayList<>();
      Matcher behind = BY.matcher(body);
      while (behind.find()) {
        hidden.add(behind.group(1));
        world.told.add(
            new ModelWorld.Told(world.round, addressee, behind.group(2), behind.group(1)));
      }
      // Recipients that stand for themselves.
      Matcher named = FINAL.matcher(body);
      while (named.find()) {
        if (!hidden.remove(named.group(1))) {
          world.told.add(
              new ModelWorld.Told(world.round, addressee, named.group(1), named.group(1)));
        }
      }
      world.log.add(world.round + " told " + address);
    }

    @Override
    public List<RelayOutcome> outcomes() {
      return Collections.nCopies(accepted.size(), finished);
    }

    @Override
    public void abort() {
      accepted.clear();
    }

    @Override
    public void close() {}
  }
}
