package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.dkim.testing.IndependentVerifier;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Users who log in and send. */
@Tag("real-servers")
@Timeout(300)
@Needs({Oracle.DKIMPY, Oracle.MAIL_DKIM})
class SubmissionIT {
  private static RealSite site;

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
  }

  @Test
  void whatAUserSubmitsLeavesSignedForTheAuthor() throws Exception {
    String text = "submitted-and-signed";
    try (Client user = Client.user("alice@example.org", RealSite.PASSWORD)) {
      user.send(
          "alice@example.org",
          "dora@far.test",
          Client.message("Alice <alice@example.org>", "dora@far.test", text));
    }
    Message message = site.awaitTaken(text, 1).getFirst();
    assertEquals("<alice@example.org>", message.reversePath());
    assertEquals(List.of("pass", "pass"), Signatures.ours(message.data(), site.keys()));
    assertEquals(
        List.of("pass", "pass"),
        Signatures.of(IndependentVerifier.DKIMPY, message.data(), site.keys()));
    // it knows nothing of Ed25519
    assertTrue(
        Signatures.of(IndependentVerifier.MAIL_DKIM, message.data(), site.keys()).contains("pass"));
  }
}
