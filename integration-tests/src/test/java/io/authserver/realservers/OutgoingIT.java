package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.ScriptedNextHop.Message;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mail that leaves: to a thousand at once, and over the transactional relay. */
@Tag("real-servers")
@Timeout(300)
class OutgoingIT {
  private static RealSite site;

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
  }

  @Test
  void aThousandRecipientsGetOneCopyEach() throws Exception {
    String text = "to-a-thousand";
    List<String> recipients =
        IntStream.range(0, 1000).mapToObj(i -> "r" + i + "@d" + i % 3 + ".test").toList();
    try (Client user = Client.user("alice@example.org", RealSite.PASSWORD)) {
      user.send(
          "alice@example.org",
          recipients,
          Client.message("Alice <alice@example.org>", "undisclosed:;", text));
    }
    site.awaitTaken(text, 1000);
    assertEquals(1000, site.recipients(text).size());
    assertEquals(new HashSet<>(recipients), new HashSet<>(site.recipients(text)));
    Message one = site.taken(text).getFirst();
    assertEquals(List.of("pass", "pass"), Signatures.ours(one.data(), site.keys()));
  }

  @Test
  void transactionalMailTakesTheSmartHost() throws Exception {
    String text = "an-order";
    try (Client user = Client.user("orders@shop.example", RealSite.PASSWORD)) {
      user.send(
          "orders@shop.example",
          "dora@far.test",
          Client.message("Shop <orders@shop.example>", "dora@far.test", text));
    }
    Place.await(
        "the smart host's copy", RealSite.SOON, () -> !site.takenBySmartHost(text).isEmpty());
    Message order = site.takenBySmartHost(text).getFirst();
    assertEquals("<orders@shop.example>", order.reversePath());
    assertEquals(List.of("pass", "pass"), Signatures.ours(order.data(), site.keys()));
    assertEquals(List.of(), site.recipients(text));
  }

  @Test
  void whoHasNotLoggedInDoesNotReachTheSmartHost() throws Exception {
    String text = "a-forged-order";
    try (Client stranger = Client.stranger()) {
      stranger.send(
          "orders@shop.example",
          "zoe@moved.example",
          Client.message("Shop <orders@shop.example>", "zoe@moved.example", text));
    }
    Message copy = site.awaitTaken(text, 1).getFirst();
    assertTrue(!copy.text().contains("DKIM-Signature"), copy.text());
    assertEquals(List.of(), site.takenBySmartHost(text));
  }
}
