package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clients that go away at each step, in order or by a reset: what was not complete reaches no next
 * hop (RFC 5321 §4.1.1.4, §4.1.1.10), and nothing of them is left.
 */
class FrontVanishingClientsIT {
  /** Where the client goes away. */
  enum Moment {
    CONNECTED(0),
    BANNER(0),
    EHLO(1),
    MAIL(2),
    RCPT(3),
    DATA(4),
    MID_BODY(4),
    BEFORE_FINAL_DOT(4),
    AFTER_RSET(3);

    /** How many of the usual commands come before it. */
    private final int commands;

    Moment(int commands) {
      this.commands = commands;
    }
  }

  /** How it goes away. */
  enum Manner {
    CLOSE,
    RESET,
    HALF_CLOSE
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECTED, CLOSE",
    "CONNECTED, RESET",
    "BANNER, CLOSE",
    "BANNER, RESET",
    "BANNER, HALF_CLOSE",
    "EHLO, CLOSE",
    "EHLO, RESET",
    "EHLO, HALF_CLOSE",
    "MAIL, CLOSE",
    "MAIL, RESET",
    "MAIL, HALF_CLOSE",
    "RCPT, CLOSE",
    "RCPT, RESET",
    "RCPT, HALF_CLOSE",
    "DATA, CLOSE",
    "DATA, RESET",
    "DATA, HALF_CLOSE",
    "MID_BODY, CLOSE",
    "MID_BODY, RESET",
    "MID_BODY, HALF_CLOSE",
    "BEFORE_FINAL_DOT, CLOSE",
    "BEFORE_FINAL_DOT, RESET",
    "BEFORE_FINAL_DOT, HALF_CLOSE",
    "AFTER_RSET, CLOSE",
    "AFTER_RSET, RESET"
  })
  void leavesNothingBehind(Moment moment, Manner manner) throws Exception {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayingFront fixture = new RelayingFront(nextHop)) {
      try (RawSmtpClient client = new RawSmtpClient(fixture.address())) {
        speakUntil(moment, client);
        vanish(client, manner);
        if (manner == Manner.HALF_CLOSE) {
          // The commands were answered, and there is nothing more to say.
          assertEquals("", client.readToEnd());
        }
      }
      fixture.awaitNothingLeft();
      fixture.deliver("Subject: next");
      List<Message> messages = nextHop.awaitMessages(1, RelayingFront.BOUND);
      assertEquals(1, messages.size());
      assertTrue(messages.getFirst().text().endsWith("Subject: next\r\n"));
      fixture.awaitNothingLeft();
    }
  }

  private static void speakUntil(Moment moment, RawSmtpClient client) throws IOException {
    if (moment == Moment.CONNECTED) {
      return;
    }
    client.expect("220");
    List<String> commands =
        List.of("EHLO c.example", "MAIL FROM:<a@x.example>", "RCPT TO:<b@x.example>", "DATA");
    for (String command : commands.subList(0, moment.commands)) {
      client.command(command, command.equals("DATA") ? "354" : "250");
    }
    switch (moment) {
      case MID_BODY -> client.send("Subject: half\r\n\r\n" + "half a message\r\n".repeat(9000));
      case BEFORE_FINAL_DOT -> client.send("Subject: all but the dot\r\n\r\ntext\r\n.\r");
      case AFTER_RSET -> client.command("RSET", "250");
      default -> {}
    }
  }

  private static void vanish(RawSmtpClient client, Manner manner) throws IOException {
    switch (manner) {
      case CLOSE -> client.close();
      case RESET -> {
        client.socket().setSoLinger(true, 0);
        client.close();
      }
      case HALF_CLOSE -> client.closeOutput();
    }
  }

  /**
   * RFC 1047: the next hop may have taken it already, so it is neither taken back nor sent twice.
   */
  @ParameterizedTest
  @CsvSource({"CLOSE", "RESET", "HALF_CLOSE"})
  void afterTheFinalDotTheMessageIsRelayedOnce(Manner manner) throws Exception {
    CountDownLatch thinking = new CountDownLatch(1);
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().once(Step.FINAL_DOT, Action.await(thinking)).start();
        RelayingFront fixture = new RelayingFront(nextHop)) {
      try (RawSmtpClient client = RawSmtpClient.greeted(fixture.address())) {
        client.command("MAIL FROM:<a@x.example>", "250");
        client.command("RCPT TO:<b@x.example>", "250");
        client.command("DATA", "354");
        client.send("Subject: whole\r\n.\r\n");
        // The next hop has seen DATA and thinks about the final dot, or soon will.
        RelayingFront.awaitTrue(() -> nextHop.commands(1).contains("DATA"), "DATA");
        vanish(client, manner);
        thinking.countDown();
        if (manner == Manner.HALF_CLOSE) {
          // What was complete is answered.
          client.expect("250 2.0.0 Taken");
          assertEquals("", client.readToEnd());
        }
      }
      fixture.awaitNothingLeft();
      fixture.deliver("Subject: next");
      List<String> subjects =
          nextHop.awaitMessages(2, RelayingFront.BOUND).stream()
              .map(message -> message.text().substring(message.text().indexOf("Subject: ")))
              .toList();
      assertEquals(List.of("Subject: whole\r\n", "Subject: next\r\n"), subjects);
    }
  }

  @Test
  void afterQuitTheClientMayCloseItsSide() throws Exception {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayingFront fixture = new RelayingFront(nextHop);
        RawSmtpClient client = RawSmtpClient.greeted(fixture.address())) {
      client.send("NOOP\r\nQUIT\r\n");
      client.closeOutput();
      client.expect("250");
      client.expect("221");
      assertEquals("", client.readToEnd());
      fixture.awaitNothingLeft();
    }
  }
}
