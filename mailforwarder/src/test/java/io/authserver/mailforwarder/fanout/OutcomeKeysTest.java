package io.authserver.mailforwarder.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.authserver.db.outcome.OutcomeKey;
import io.authserver.mailforwarder.Envelopes;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.message.MessageBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OutcomeKeysTest {
  private static final ForwardPath RECIPIENT = path("list@ours.example");

  private static ForwardPath path(String address) {
    return Envelopes.recipient(address).forwardPath();
  }

  private static ReversePath reversePath(String address) {
    return Envelopes.sender(address).reversePath();
  }

  private static OutcomeKey key(String message, String reversePath, String recipient, String target)
      throws IOException {
    return OutcomeKeys.of(
            reversePath(reversePath),
            MessageBytes.of(message.getBytes(StandardCharsets.ISO_8859_1)))
        .key(path(recipient), target);
  }

  /** The definition, written down once more: rows of another instance have to be found. */
  @Test
  void isTheHashOfAllThatItNames() throws Exception {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    text.writeBytes("authserver outcome 1".getBytes(StandardCharsets.US_ASCII));
    text.writeBytes(sha256.digest("m\r\n".getBytes(StandardCharsets.US_ASCII)));
    for (String part : new String[] {"X@out.example", "list@ours.example", "a@far.example"}) {
      text.writeBytes(ByteBuffer.allocate(4).putInt(part.length()).array());
      text.writeBytes(part.getBytes(StandardCharsets.US_ASCII));
    }
    assertEquals(
        new OutcomeKey(sha256.digest(text.toByteArray())),
        key("m\r\n", "X@OUT.example", "list@Ours.example", "a@far.example"));
  }

  @Test
  void anythingElseIsAnotherKey() throws Exception {
    Set<OutcomeKey> keys = new HashSet<>();
    keys.add(key("m\r\n", "x@out.example", "list@ours.example", "a@far.example"));
    keys.add(key("M\r\n", "x@out.example", "list@ours.example", "a@far.example"));
    keys.add(key("m\r\n", "X@out.example", "list@ours.example", "a@far.example"));
    keys.add(key("m\r\n", "", "list@ours.example", "a@far.example"));
    keys.add(key("m\r\n", "x@out.example", "List@ours.example", "a@far.example"));
    keys.add(key("m\r\n", "x@out.example", "list@ours.example", "A@far.example"));
    // the same characters, cut elsewhere
    keys.add(key("m\r\n", "x@out.example", "list@ours.examplea", "@far.example"));
    // two users: the database folds ASCII alone, and so does the final address
    keys.add(key("m\r\n", "x@out.example", "list@ours.example", "É@ours.example"));
    keys.add(key("m\r\n", "x@out.example", "list@ours.example", "é@ours.example"));
    assertEquals(9, keys.size());
  }

  @Test
  void anEnvelopeIsReversePathAndRecipient() {
    long envelope = OutcomeKeys.envelope(reversePath("x@out.example"), RECIPIENT);
    assertEquals(
        envelope, OutcomeKeys.envelope(reversePath("x@OUT.example"), path("list@OURS.example")));
    assertNotEquals(envelope, OutcomeKeys.envelope(reversePath(""), RECIPIENT));
    assertNotEquals(
        envelope, OutcomeKeys.envelope(reversePath("x@out.example"), path("l@ours.example")));
    assertNotEquals(
        envelope, OutcomeKeys.envelope(reversePath("x@out.example"), new ForwardPath.Postmaster()));
  }
}
