package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Restarts over a listening socket that somebody else holds, as systemd does. */
@Tag("real-servers")
class RestartIT {
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
    String text = "over-a-held-socket";
    site.smtpd().awaitNoSessions();
    site.forwarder().stop();
    try (HeldDaemon forwarder = new HeldDaemon(site.forwarder(), 10046)) {
      forwarder.start();
      int sent = 0;
      for (int restart = 0; restart < 2; restart++) {
        send(text, sent++);
        site.awaitTaken(text, 2 * sent);
        // OpenSMTPD keeps its connection now, and does not look what comes from the daemon
        int ready = forwarder.beginRestart();
        for (int i = 0; i < 3; i++) {
          send(text, sent++);
          site.awaitTaken(text, 2 * sent);
        }
        forwarder.awaitRestart(ready);
        send(text, sent++);
        site.awaitTaken(text, 2 * sent);
      }
      List<Integer> copies = new ArrayList<>();
      for (int number = 0; number < sent; number++) {
        copies.add(site.recipients(text + "-" + number + "-end").size());
      }
      assertEquals(List.of(2, 2, 2, 2, 2, 2, 2, 2, 2, 2), copies);
      site.smtpd().awaitNoSessions();
    } finally {
      site.forwarder().start();
    }
  }
}
