package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Restarts over a listening socket that somebody else holds, as systemd does. */
@Tag("real-servers")
class RestartIT {
  /** Longer than a stop would wait for an idle client ({@code …_STOP_LINGER}). */
  private static final Duration BUSY = Duration.ofSeconds(17);

  private static RealSite site;

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
  }

  private static void send(String text, int number) throws Exception {
    try (Client stranger = Client.stranger()) {
      stranger.send(
          "friend@near.test",
          List.of("team@example.org"),
          Client.message("F <friend@near.test>", "team@example.org", text + "-" + number + "-end"));
    }
  }

  /** Nothing has OpenSMTPD try again: what it defers would come after 400 s, far too late here. */
  @Test
  void noMessageWaitsForARetry() throws Exception {
    // as systemd has it: an instance a mapping
    Map<String, String> settings = new HashMap<>(site.signer().environment());
    settings.put(
        "DKIMSIGNER_NETWORK_MAPPING", "127.0.0.1:10036->127.0.0.1:10035 unmarked=withhold");
    site.smtpd().awaitNoSessions();
    site.forwarder().stop();
    site.signer().stop();
    try (HeldDaemon forwarder =
            new HeldDaemon(site.forwarder(), site.forwarder().environment(), 10046);
        HeldDaemon signer = new HeldDaemon(site.signer(), settings, 10036)) {
      forwarder.start();
      signer.start();
      restart(List.of(forwarder, signer));
      site.smtpd().awaitNoSessions();
    } finally {
      site.signer().start();
      site.forwarder().start();
    }
  }

  private static void restart(List<HeldDaemon> daemons) throws Exception {
    String text = "over-a-held-socket";
    int sent = 0;
    send(text, sent++);
    site.awaitTaken(text, 2 * sent);
    // OpenSMTPD keeps its connections now, and does not look what comes from the daemons
    Map<HeldDaemon, Integer> ready = new HashMap<>();
    for (HeldDaemon daemon : daemons) {
      ready.put(daemon, daemon.beginRestart());
    }
    long busyUntil = System.nanoTime() + BUSY.toNanos();
    while (System.nanoTime() - busyUntil < 0) {
      send(text, sent++);
      site.awaitTaken(text, 2 * sent);
    }
    ready.forEach(HeldDaemon::awaitRestart);
    send(text, sent++);
    site.awaitTaken(text, 2 * sent);
    for (int number = 0; number < sent; number++) {
      assertEquals(
          List.of("dora@far.test", "emil@away.test"),
          site.recipients(text + "-" + number + "-end"),
          "copies of message " + number);
    }
  }
}
