package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Parts of the site go away and come back in mid-traffic: nothing is lost, nothing is doubled. */
@Tag("real-servers")
@Timeout(600)
class OutageIT {
  /** Messages before a part goes, while it is away, and after it is back. */
  private static final int PHASE = 8;

  /** Messages while a part ends: as many as keep it busy, and OpenSMTPD's connections to it. */
  private static final int MEANWHILE = 100;

  private static final int ATTEMPTS = 600;
  private static final int POLL_MILLIS = 100;

  private static RealSite site;

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
  }

  /** A step of a test that may fail in any way. */
  private interface Step {
    void run() throws Exception;
  }

  /** Sends messages, as a server does that tries again until each is taken. */
  private static final class Traffic implements AutoCloseable {
    private final String text;
    private final Semaphore due = new Semaphore(0);
    private int added;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();

    Traffic(String text) {
      this.text = text;
      Thread.ofPlatform().daemon().name("traffic").start(this::send);
    }

    private void send() {
      for (int number = 0; awaitDue(); number++) {
        boolean done = false;
        for (int attempt = 0; !done && attempt < ATTEMPTS; attempt++) {
          done = send(number);
        }
        if (!done) {
          return;
        }
        taken.incrementAndGet();
      }
    }

    private boolean awaitDue() {
      try {
        while (!due.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
          if (over.get()) {
            return false;
          }
        }
        return true;
      } catch (InterruptedException _) {
        return false;
      }
    }

    private boolean send(int number) {
      try (Client stranger = Client.stranger()) {
        stranger.send(
            "friend@near.test",
            List.of("alice@example.org", "team@example.org"),
            Client.message(
                "F <friend@near.test>", "team@example.org", text + "-" + number + "-end"));
        return true;
      } catch (IOException | AssertionError _) {
        pause();
        return false;
      }
    }

    private static void pause() {
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }

    /** Has more messages sent. */
    void add(int messages) {
      added += messages;
      due.release(messages);
    }

    /** Waits until all messages are taken that were added, and returns how many. */
    int awaitTaken() {
      Place.await(added + " messages taken", RealSite.SOON, () -> taken.get() == added);
      return added;
    }

    @Override
    public void close() {
      over.set(true);
    }
  }

  private static void outage(String text, boolean edgeTakesMail, Step stop, Step start)
      throws Exception {
    int sent;
    try (Traffic traffic = new Traffic(text)) {
      traffic.add(PHASE);
      traffic.awaitTaken();
      traffic.add(MEANWHILE);
      stop.run();
      try {
        if (edgeTakesMail) {
          traffic.add(PHASE);
          traffic.awaitTaken();
        }
      } finally {
        start.run();
      }
      traffic.add(PHASE);
      sent = traffic.awaitTaken();
    }
    site.awaitEmptyQueue();
    Map<String, Integer> wrong = new TreeMap<>();
    for (int number = 0; number < sent; number++) {
      String name = "<" + text + "-" + number + "-end@";
      List<String> outside = site.recipients(name);
      if (!outside.equals(List.of("dora@far.test", "emil@away.test"))) {
        wrong.put(name + " " + outside, outside.size());
      }
    }
    for (String login : List.of("alice@example.org", "carol@example.org")) {
      List<String> mailbox = site.mailbox(login, text);
      for (int number = 0; number < sent; number++) {
        String name = "<" + text + "-" + number + "-end@";
        int count = (int) mailbox.stream().filter(message -> message.contains(name)).count();
        if (count != 1) {
          wrong.put(name + " " + login, count);
        }
      }
    }
    assertEquals(Map.of(), wrong, "copies, of " + sent + " messages");
  }

  @Test
  void mailforwarderStops() throws Exception {
    outage("no-forwarder", true, site.forwarder()::stop, site.forwarder()::start);
  }

  @Test
  void dkimsignerStops() throws Exception {
    outage("no-signer", true, site.signer()::stop, site.signer()::start);
  }

  @Test
  void postgreSqlStops() throws Exception {
    outage("no-database", false, site.database()::stop, site.database()::start);
    assertTrue(site.smtpd().isAlive());
  }
}
