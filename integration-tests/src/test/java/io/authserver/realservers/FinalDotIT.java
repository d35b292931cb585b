package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.mailforwarder.MailForwarderMain;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Event;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A next hop that says no to a final dot, and a mailforwarder that is killed in the middle of
 * several, with the real OpenSMTPD trying again: everybody gets one copy.
 */
@Tag("real-servers")
@Timeout(300)
class FinalDotIT {
  private static final InetSocketAddress RELAY = new InetSocketAddress("203.0.113.87", 10045);
  private static final String DEFERRED = "451 4.2.0 Try again";

  /** The tries that a message has at the next hop's bad mood. */
  private static final int BAD_TRIES = 3;

  /** The messages that are killed with mailforwarder for sure. */
  private static final int HELD = 2;

  /** Messages before a kill, and after it. */
  private static final int PHASE = 6;

  private static RealSite site;
  private static ScriptedNextHop relay;
  private static JavaDaemon forwarder;

  /** The reverse-path of a connection's transaction, which the final dot no longer tells. */
  private static final Map<Integer, String> mails = new ConcurrentHashMap<>();

  private static volatile BiFunction<Event, String, Action> mood = FinalDotIT::willing;

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
    relay =
        ScriptedNextHop.builder()
            .likeOpenSmtpd()
            .at(RELAY)
            .on(
                Step.MAIL,
                event -> {
                  mails.put(event.connection(), event.line());
                  return Action.proceed();
                })
            .on(
                Step.FINAL_DOT,
                event -> mood.apply(event, mails.getOrDefault(event.connection(), "")))
            .start();
    site.smtpd().awaitNoSessions();
    site.forwarder().stop();
    Map<String, String> settings = new HashMap<>(site.forwarder().environment());
    settings.put("MAILFORWARDER_REMOTERELAY_IP", RELAY.getHostString());
    settings.put("MAILFORWARDER_REMOTERELAY_PORT", "" + RELAY.getPort());
    forwarder = new JavaDaemon("mailforwarder", MailForwarderMain.class, settings);
    forwarder.start();
  }

  @AfterAll
  static void restore() throws Exception {
    // the next test's first message must not meet the 421 of a kept connection
    site.smtpd().awaitNoSessions();
    forwarder.stop();
    site.forwarder().start();
    relay.close();
  }

  private static Action willing(Event event, String mail) {
    return Action.proceed();
  }

  private static void send(String text, String moved) throws Exception {
    try (Client stranger = Client.stranger()) {
      stranger.send(
          "friend@near.test",
          List.of("team@example.org", "alice@example.org", moved),
          Client.message("F <friend@near.test>", "team@example.org", text));
    }
  }

  /** Returns how often the next hop has taken a message for each address. */
  private static Map<String, Integer> copies(String text) {
    Map<String, Integer> copies = new TreeMap<>();
    relay.messages().stream()
        .filter(message -> message.taken() && message.text().contains(text))
        .flatMap(message -> message.forwardPaths().stream())
        .forEach(path -> copies.merge(path, 1, Integer::sum));
    return copies;
  }

  private static Map<String, Integer> oneEach(String moved) {
    return Map.of("<carol@example.org>", 1, "<dora@far.test>", 1, "<emil@away.test>", 1, moved, 1);
  }

  /**
   * Each case defers the transactions of one reverse-path: the list's member at home, its members
   * outside, all of them.
   */
  @ParameterizedTest
  @CsvSource({"member, <friend@near.test>", "members, @example.org>", "all, <"})
  void whoIsDeferredAtTheFinalDotGetsOneCopyInTheEnd(String name, String deferred)
      throws Exception {
    String text = "final-dot-" + name;
    AtomicInteger refused = new AtomicInteger();
    mood =
        (_, mail) -> {
          if (!mail.contains(deferred)) {
            return Action.proceed();
          }
          refused.incrementAndGet();
          return Action.reply(DEFERRED);
        };
    try {
      send(text, "zoe@moved.example");
      for (int i = 1; i <= BAD_TRIES; i++) {
        Place.await(
            "a try that is deferred",
            RealSite.SOON,
            () -> refused.get() > 0 && site.smtpd().idle());
        assertFalse(site.smtpd().queue().isEmpty());
        if (i < BAD_TRIES) {
          refused.set(0);
          site.smtpd().scheduleAll();
        }
      }
    } finally {
      mood = FinalDotIT::willing;
    }
    site.awaitEmptyQueue();
    assertEquals(oneEach("<zoe@partner.test>"), copies(text));
    assertEquals(1, site.awaitMailbox("alice@example.org", text).size());
  }

  /**
   * SIGKILL while final dots are on the wire, and once more at any moment. Doubled is only what was
   * on its way then: OpenSMTPD lost the reply to its own final dot.
   */
  @Test
  void nothingIsLostWhenMailforwarderIsKilled() throws Exception {
    String text = "killed-forwarder";
    int sent = 0;
    CountDownLatch over = new CountDownLatch(1);
    AtomicInteger held = new AtomicInteger();
    mood =
        (_, mail) -> {
          if (!mail.contains("@moved.example>")) {
            return Action.proceed();
          }
          held.incrementAndGet();
          return Action.await(over);
        };
    try {
      for (; sent < PHASE; sent++) {
        send(text + "-" + sent + "-end", "zoe" + sent + "@moved.example");
      }
      Place.await("final dots without a reply", RealSite.SOON, () -> held.get() >= HELD);
      Place.await("the others' replies", RealSite.SOON, () -> !copies(text).isEmpty());
      forwarder.kill();
    } finally {
      mood = FinalDotIT::willing;
      over.countDown();
    }
    forwarder.start();
    site.smtpd().scheduleAll();
    for (; sent < 2 * PHASE; sent++) {
      send(text + "-" + sent + "-end", "zoe" + sent + "@moved.example");
    }
    forwarder.kill();
    for (; sent < 3 * PHASE; sent++) {
      send(text + "-" + sent + "-end", "zoe" + sent + "@moved.example");
    }
    forwarder.start();
    site.awaitEmptyQueue();
    assertOneCopyEachButForTheInterrupted(text, sent, held.get());
  }

  private static void assertOneCopyEachButForTheInterrupted(String text, int sent, int held)
      throws Exception {
    Map<String, Integer> wrong = new TreeMap<>();
    Set<Integer> doubled = new TreeSet<>();
    Set<Integer> interrupted = interrupted();
    List<String> mailbox = site.mailbox("alice@example.org", text);
    for (int number = 0; number < sent; number++) {
      String name = "<" + text + "-" + number + "-end@";
      Map<String, Integer> copies = new TreeMap<>(copies(name));
      copies.put("alice", (int) mailbox.stream().filter(m -> m.contains(name)).count());
      Map<String, Integer> right = new TreeMap<>(oneEach("<zoe" + number + "@partner.test>"));
      right.put("alice", 1);
      assertEquals(right.keySet(), copies.keySet(), "somebody has no copy of " + name);
      if (!copies.equals(right)) {
        doubled.add(number);
        // two kills: three copies at most
        if (!interrupted.contains(number) || copies.values().stream().anyMatch(c -> c > 3)) {
          wrong.put(name + copies, number);
        }
      }
    }
    assertEquals(Map.of(), wrong, "interrupted: " + interrupted);
    // each of those was taken before the kill, and nobody could say so
    assertTrue(doubled.size() >= held, doubled + " of " + held);
  }

  /** Returns the messages whose final dot OpenSMTPD has sent without getting a reply. */
  private static Set<Integer> interrupted() throws Exception {
    Matcher line =
        Pattern.compile("(?m)to=<zoe([0-9]+)@moved\\.example> .*result=\"TempFail\".*$")
            .matcher(Files.readString(Place.log("smtpd")));
    Set<Integer> numbers = new TreeSet<>();
    while (line.find()) {
      numbers.add(Integer.valueOf(line.group(1)));
    }
    return numbers;
  }
}
