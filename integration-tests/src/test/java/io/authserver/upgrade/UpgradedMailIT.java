package io.authserver.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.mailforwarder.MailForwarderMain;
import io.authserver.smtp.testing.DaemonProcess;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import io.authserver.upgrade.Question.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mail that was under way while a site was upgraded: messages that a former mailforwarder brought
 * to some of their addressees, and bounces to return addresses that it made.
 */
final class UpgradedMailIT {
  /** Who is for good not there: told by a notification. */
  private static final String GONE = "gone@far.test";

  @TempDir private static Path folder;
  private static FormerSite site;
  private static Answers answers;
  private static ScriptedNextHop hop;
  private static DaemonProcess daemon;
  private static InetSocketAddress forwarder;

  @BeforeAll
  static void upgrade() throws Exception {
    site = new FormerSite(folder);
    answers = FormerSite.answers();
    site.migrate();
    hop =
        ScriptedNextHop.builder()
            .on(
                Step.RCPT,
                event ->
                    event.line().contains("<" + GONE + ">")
                        ? Action.reply("550 5.1.1 No such user")
                        : Action.proceed())
            .start();
    int port = DaemonProcess.freePort();
    daemon =
        DaemonProcess.start(
            MailForwarderMain.class,
            Map.of(
                "DATABASE_URL", site.database().forwarderUrl(),
                "MAILFORWARDER_SRS_SECRET_FILE", site.srsSecret().toString(),
                "MAILFORWARDER_INPUT_PORT", Integer.toString(port),
                "MAILFORWARDER_LOCALDELIVERY_PORT", Integer.toString(hop.port()),
                "MAILFORWARDER_REMOTERELAY_PORT", Integer.toString(hop.port())));
    daemon.awaitReady();
    forwarder = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @AfterAll
  static void close() {
    daemon.close();
    hop.close();
    site.close();
  }

  /** Whoever has a message gets no second one; who lacks it gets it; a refusal is reported. */
  @Test
  void messagesOfWhichSomeHaveACopyGoToTheOthers() throws Exception {
    for (MailUnderWay mail : MailUnderWay.values()) {
      Map<?, ?> former = (Map<?, ?>) answers.get(Question.of(Kind.UNDER_WAY, mail.name()));
      assertEquals("451", former.get("reply"));
      int before = hop.messages().size();
      assertEquals("250", send(MailUnderWay.SENDER, mail.recipient(), mail.content()), mail.name());
      Set<String> told = new TreeSet<>();
      Set<String> got = new TreeSet<>();
      for (Message copy : hop.messages().subList(before, hop.messages().size())) {
        (copy.reversePath().equals("<>") ? told : got).addAll(copy.forwardPaths());
      }
      assertTrue(!got.isEmpty(), mail.name());
      List<String> twice = new ArrayList<>();
      ((List<?>) former.get("taken")).forEach(address -> twice.add("<" + address + ">"));
      twice.retainAll(got);
      assertEquals(List.of(), twice, mail.name());
      assertTrue(
          got.contains(mail == MailUnderWay.ACCENTS ? "<Émile@far.test>" : "<later@slow.test>"));
      // A refusal is the business of the list's owner; the sender was told by the former one.
      assertTrue(!told.contains("<" + MailUnderWay.SENDER + ">"), mail.name());
      assertTrue(told.size() <= (mail == MailUnderWay.MIXED ? 1 : 0), mail.name());
    }
    for (MailUnderWay mail : MailUnderWay.values()) {
      int before = hop.messages().size();
      assertEquals("250", send(MailUnderWay.SENDER, mail.recipient(), mail.content()));
      assertEquals(before, hop.messages().size(), "once more " + mail);
    }
  }

  /** A bounce to a return address that the former forwarder would have made today. */
  @Test
  void bouncesFindTheirWayBack() throws Exception {
    List<Question> made = answers.questions(Kind.RETURN_ADDRESS);
    assertTrue(made.size() > 15, () -> "only " + made.size());
    for (Question question : made) {
      String sender = question.of().getFirst();
      String address = renewed((String) answers.get(question), sender);
      int before = hop.messages().size();
      assertEquals(
          "250",
          send("", address, "From: <>\r\n\r\nBounced.\r\n".getBytes(StandardCharsets.UTF_8)));
      List<Message> copies = hop.messages().subList(before, hop.messages().size());
      assertEquals(
          Collections.nCopies(1, List.of("<" + leadsTo(sender) + ">")),
          copies.stream().map(Message::forwardPaths).toList(),
          address);
      assertEquals("<>", copies.getFirst().reversePath());
    }
  }

  /** Sites that had return addresses go on to make those that others may know how to read. */
  @Test
  void theFormOfReturnAddressesStays() throws Exception {
    for (Question question : answers.questions(Kind.RETURN_ADDRESS)) {
      String sender = question.of().getFirst();
      int before = hop.messages().size();
      byte[] content = "From: x@shop.test\r\n\r\nText.\r\n".getBytes(StandardCharsets.UTF_8);
      assertEquals("250", send(latin(sender), question.of().get(1), content));
      String made = hop.messages().get(before).reversePath();
      if (sender.chars().allMatch(c -> c < 128)) {
        assertEquals(
            "<" + renewed((String) answers.get(question), sender) + ">", made, question.toString());
      } else {
        // Beyond ASCII it was no Dot-string, which not every server takes.
        assertTrue(made.matches("<SRS0=[^=]{4}=..=~=[a-z2-7]{26}@[a-z.]+>"), made);
      }
    }
  }

  /** The edge takes the bounces that are under way, now that mailforwarder has said its secret. */
  @Test
  void theEdgeTakesBouncesToReturnAddressesOfBefore() throws Exception {
    List<String> refused = new ArrayList<>();
    try (Enquiry enquiry = new Enquiry(site.access())) {
      for (Question question : answers.questions(Kind.RETURN_ADDRESS)) {
        String address = renewed((String) answers.get(question), question.of().getFirst());
        Map<?, ?> told = (Map<?, ?>) enquiry.ask(Question.of(Kind.SPAPI, address));
        if (((List<?>) told.get("alias")).isEmpty()) {
          refused.add(address);
        }
      }
    }
    assertEquals(List.of(), refused);
  }

  /** To whom a bounce goes: the sender, or for one in SRS form the first forwarder. */
  private static String leadsTo(String sender) {
    return switch (sender) {
      case "SRS1=Cd2+=forwarder.test==Ab1/=UV=far.test=dora@second.test" ->
          "SRS0=Ab1/=UV=far.test=dora@forwarder.test";
      // The domain is folded on the way.
      case "Customer+Orders@Shop.TEST" -> "Customer+Orders@shop.test";
      default -> sender;
    };
  }

  /** Returns a recorded address with today's date, which was right for its own. */
  private static String renewed(String recorded, String sender) throws Exception {
    if (!recorded.startsWith("SRS0=")) {
      return recorded;
    }
    int at = recorded.lastIndexOf('@');
    String[] parts = recorded.substring(0, at).split("=", 5);
    String then = FormerSrs.srs0(site.srs(), parts[4], parts[3], recordedAt());
    assertEquals(recorded.substring(0, at), then, sender);
    return FormerSrs.srs0(site.srs(), parts[4], parts[3], Instant.now()) + recorded.substring(at);
  }

  private static Instant recordedAt() {
    return Instant.parse(answers.questions(Kind.EXPLAIN).getFirst().of().get(2));
  }

  /** What RCPT is answered is what was explained, but for accepted differences. */
  @Test
  void theDaemonAnswersAsExplained() throws Exception {
    List<String> accepted = FormerSite.lines(FormerSite.ACCEPTED);
    Map<String, String> expected = new TreeMap<>();
    Map<String, String> said = new TreeMap<>();
    try (RawSmtpClient client = RawSmtpClient.greeted(forwarder)) {
      for (Question question : answers.questions(Kind.EXPLAIN)) {
        Map<?, ?> explained = (Map<?, ?>) answers.get(question);
        if (!explained.containsKey("status")) {
          expected.put(question.toString(), code(reply(question, explained, accepted)));
          client.command(
              "MAIL FROM:<" + question.of().get(0).replace("<>", "") + "> SMTPUTF8", "250");
          said.put(
              question.toString(),
              code(client.command(latin("RCPT TO:<" + question.of().get(1) + ">"))));
          client.command("RSET", "250");
        }
      }
    }
    assertTrue(expected.size() > 150, () -> "only " + expected.size());
    assertEquals(expected, said);
  }

  /** Returns the reply that was explained, or the one that is accepted now. */
  private static String reply(Question question, Map<?, ?> explained, List<String> accepted) {
    String place = question + "/reply: ";
    return accepted.stream()
        .filter(line -> line.startsWith(place))
        .map(line -> line.substring(line.lastIndexOf(" -> ") + 4).replace("\"", ""))
        .findFirst()
        .orElse(String.valueOf(explained.get("reply")));
  }

  /** Cuts a reply down to its codes; no reply of ours is the next hop's 250. */
  private static String code(String reply) {
    return reply.equals("null") || reply.startsWith("250") ? "250" : reply.substring(0, 9);
  }

  private static String send(String sender, String recipient, byte[] content) throws Exception {
    try (RawSmtpClient client = RawSmtpClient.greeted(forwarder)) {
      client.command("MAIL FROM:<" + sender + "> SMTPUTF8", "250");
      client.command(latin("RCPT TO:<" + recipient + ">"), "250");
      return client.data(content).substring(0, 3);
    }
  }

  /** The client sends Latin-1: a character for each octet of UTF-8. */
  private static String latin(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
