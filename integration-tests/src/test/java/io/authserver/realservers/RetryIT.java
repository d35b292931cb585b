package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.mailforwarder.MailForwarderMain;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What identifies a message across the retries of the real OpenSMTPD: forwarded copies go to a next
 * hop that defers some at first; everybody gets one all the same.
 */
@Tag("real-servers")
@Timeout(600)
class RetryIT {
  private static final InetSocketAddress RELAY = new InetSocketAddress("203.0.113.87", 10045);

  private static RealSite site;

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
  }

  /** Sends a message to a list, a second one and a mailbox, and has OpenSMTPD try again. */
  private static void deliverInTwoTries(String text, Step step, String deferred) throws Exception {
    AtomicBoolean open = new AtomicBoolean();
    ScriptedNextHop.Builder builder = ScriptedNextHop.builder().likeOpenSmtpd().at(RELAY);
    builder.on(
        step,
        event ->
            !open.get() && event.line().contains(deferred)
                ? Action.reply("451 4.2.0 Try again")
                : Action.proceed());
    site.forwarder().stop();
    Map<String, String> settings = new HashMap<>(site.forwarder().environment());
    settings.put("MAILFORWARDER_REMOTERELAY_IP", RELAY.getHostString());
    settings.put("MAILFORWARDER_REMOTERELAY_PORT", "" + RELAY.getPort());
    JavaDaemon forwarder = new JavaDaemon("mailforwarder", MailForwarderMain.class, settings);
    try (ScriptedNextHop relay = builder.start()) {
      forwarder.start();
      try (Client stranger = Client.stranger()) {
        stranger.send(
            "friend@near.test",
            List.of("team@example.org", "alice@example.org", "zoe@moved.example"),
            Client.message("F <friend@near.test>", "team@example.org", text));
      }
      // where OpenSMTPD had kept a connection to the forwarder that stopped, the first try met 421
      Place.await(
          "a first try that came to nothing",
          RealSite.SOON,
          () -> {
            if (site.smtpd().queue().stream().anyMatch(line -> line.contains("421 "))) {
              site.smtpd().scheduleAll();
            }
            return site.smtpd().queue().stream().anyMatch(line -> line.contains("451 "));
          });
      // tries without end would deliver doubles without end
      for (int i = 0; i < 3; i++) {
        Place.await("the last try's end", RealSite.SOON, () -> site.smtpd().idle());
        int before = tries(relay);
        site.smtpd().scheduleAll();
        Place.await("another try", RealSite.SOON, () -> tries(relay) > before);
      }
      Place.await("the last try's end", RealSite.SOON, () -> site.smtpd().idle());
      open.set(true);
      site.awaitEmptyQueue();
      List<String> reached =
          relay.messages().stream()
              .filter(message -> message.taken() && message.text().contains(text))
              .flatMap(message -> message.forwardPaths().stream())
              .sorted()
              .toList();
      assertEquals(
          List.of(
              "<carol@example.org>", "<dora@far.test>", "<emil@away.test>", "<zoe@partner.test>"),
          reached);
    } finally {
      // the next test's first message must not meet the 421 of a kept connection
      site.smtpd().awaitNoSessions();
      forwarder.stop();
      site.forwarder().start();
    }
    assertEquals(1, site.awaitMailbox("alice@example.org", text).size());
  }

  private static int tries(ScriptedNextHop relay) {
    int commands = 0;
    for (int i = 1; i <= relay.connections(); i++) {
      commands += (int) relay.commands(i).stream().filter(c -> c.startsWith("MAIL ")).count();
    }
    return commands;
  }

  @Test
  void oneTargetDefersAtRcpt() throws Exception {
    deliverInTwoTries("deferred-at-rcpt", Step.RCPT, "emil@away.test");
  }

  @Test
  void oneReversePathDefersAtMail() throws Exception {
    deliverInTwoTries("deferred-at-mail", Step.MAIL, "@moved.example");
  }

  @Test
  void theWholeListDefers() throws Exception {
    deliverInTwoTries("deferred-list", Step.MAIL, "@example.org");
    assertTrue(site.smtpd().queue().isEmpty());
  }
}
