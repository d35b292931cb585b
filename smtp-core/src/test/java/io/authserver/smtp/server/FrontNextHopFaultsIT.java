package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Event;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Next hops that vanish, stall or talk nonsense at each step, as the client at the front sees it: a
 * temporary reply, never 250 for what was not taken, never a permanent one; its session goes on,
 * and its next message passes as soon as the next hop is well again.
 */
class FrontNextHopFaultsIT {
  private static final Duration STEP = Duration.ofMillis(250);

  /** What goes wrong. */
  enum Fault {
    CLOSES,
    RESETS,
    STALLS,
    GARBAGE,
    BARE_LINE_FEEDS,
    ENDLESS_LINE,
    CLOSING,
    CLOSING_BUT_OPEN,
    HALF_A_REPLY,
    EXTRA_REPLY;

    Action action() {
      return switch (this) {
        case CLOSES -> Action.close();
        case RESETS -> Action.reset();
        case STALLS -> Action.stall();
        case GARBAGE -> Action.raw("\u0000\u00ffno reply at all\r\n");
        case BARE_LINE_FEEDS -> Action.raw("250 ok\n250 ok\n");
        case ENDLESS_LINE -> Action.raw("250 " + "x".repeat(20_000));
        case CLOSING -> Action.replyAndClose("421 4.3.2 going down");
        case CLOSING_BUT_OPEN -> Action.reply("421 4.3.2 going down");
        case HALF_A_REPLY -> Action.replyAndClose("250-and then nothing");
        case EXTRA_REPLY -> Action.reply("250 2.0.0 ok", "250 2.0.0 once more");
      };
    }
  }

  static List<Arguments> faults() {
    List<Arguments> all = new ArrayList<>();
    for (Step step :
        List.of(
            Step.BANNER,
            Step.EHLO,
            Step.MAIL,
            Step.RCPT,
            Step.DATA,
            Step.CONTENT,
            Step.FINAL_DOT,
            Step.AFTER_MESSAGE,
            Step.RSET)) {
      for (Fault fault : Fault.values()) {
        all.add(Arguments.of(step, fault));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("faults")
  void areTemporaryAndPass(Step step, Fault fault) throws Exception {
    AtomicBoolean ill = new AtomicBoolean();
    Function<Event, Action> script = event -> ill.get() ? fault.action() : Action.proceed();
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().on(step, script).start();
        RelayingFront fixture = new RelayingFront(nextHop, STEP, FrontTimeouts.DEFAULTS);
        RawSmtpClient client = RawSmtpClient.greeted(fixture.address())) {
      ill.set(true);
      if (step == Step.BANNER || step == Step.EHLO) {
        // What it offers is known; the connection that brought the news is gone.
        nextHop.closeConnections();
      }
      if (step == Step.RSET) {
        client.command("MAIL FROM:<a@example.org>", "250");
        client.command("RCPT TO:<b@example.org>", "250");
        client.command("RSET", "250");
      }
      String outcome = attempt(client, "Subject: ill");
      assertTrue(outcome.startsWith("4") || outcome.startsWith("250"), outcome);
      boolean mayPass =
          switch (step) {
            case AFTER_MESSAGE, RSET -> true;
            // An unasked reply that arrives behind our final dot cannot be told from its answer.
            case CONTENT, FINAL_DOT -> fault == Fault.EXTRA_REPLY;
            default -> false;
          };
      assertTrue(mayPass || !outcome.startsWith("250"), outcome);
      if (outcome.startsWith("250")) {
        RelayingFront.awaitTrue(() -> isTaken(nextHop, "Subject: ill"), "250, and not taken");
      }
      assertTrue(step != Step.AFTER_MESSAGE || outcome.startsWith("250"), outcome);

      ill.set(false);
      if (step == Step.AFTER_MESSAGE && !attempt(client, "Subject: well").startsWith("250")) {
        // What the next hop said without being asked may come after the connection was checked.
        RelayingFront.deliver(client, "Subject: well");
      } else if (step != Step.AFTER_MESSAGE) {
        RelayingFront.deliver(client, "Subject: well");
      }
      client.command("QUIT", "221");
      client.close();
      List<Message> well =
          nextHop.messages().stream()
              .filter(message -> message.taken() && message.text().contains("Subject: well"))
              .toList();
      assertEquals(1, well.size());
      fixture.awaitNothingLeft();
    }
  }

  private static boolean isTaken(ScriptedNextHop nextHop, String subject) {
    return nextHop.messages().stream()
        .anyMatch(message -> message.taken() && message.text().contains(subject));
  }

  /** One transaction over a session that goes on; returns the reply that ended it. */
  private static String attempt(RawSmtpClient client, String body) throws IOException {
    String mail = client.command("MAIL FROM:<a@example.org>");
    if (!mail.startsWith("250")) {
      return mail;
    }
    String recipient = client.command("RCPT TO:<b@example.org>");
    String data = client.command("DATA");
    if (!recipient.startsWith("250")) {
      assertTrue(data.startsWith("554 5.5.1 no valid recipients"), data);
      client.command("RSET", "250");
      return recipient;
    }
    if (!data.startsWith("354")) {
      return data;
    }
    // Larger than a block, so that some of it is on its way before the final dot.
    client.send(body + "\r\n\r\n" + "0123456789\r\n".repeat(12_000) + ".\r\n");
    return client.readReply();
  }

  @Test
  void aNextHopThatIsDownIsTemporaryAndPasses() throws Exception {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayingFront fixture = new RelayingFront(nextHop, STEP, FrontTimeouts.DEFAULTS);
        RawSmtpClient client = RawSmtpClient.greeted(fixture.address())) {
      nextHop.stop();
      String outcome = attempt(client, "Subject: down");
      assertTrue(outcome.startsWith("451 4."), outcome);
      nextHop.restart();
      RelayingFront.deliver(client, "Subject: up");
      client.command("QUIT", "221");
      client.close();
      fixture.awaitNothingLeft();
      assertEquals(1, nextHop.messages().size());
    }
  }
}
