package io.authserver.mailforwarder.fanout;

import io.authserver.db.outcome.OutcomeKey;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.message.MessageBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * By what a message is recognised when its client sends it again.
 *
 * <p>The bytes are those that were received, dot-stuffing undone and line ends repaired: a client
 * sends the same queue file again, and what we add on top changes with every try. A message that
 * differs in one byte, such as one that was submitted twice and so has two Received fields of the
 * edge, is another one.
 */
final class OutcomeKeys {
  private static final byte[] KEY = "authserver outcome 1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ENVELOPE =
      "authserver envelope 1".getBytes(StandardCharsets.US_ASCII);

  private final ReversePath reversePath;
  private final byte[] messageHash;

  private OutcomeKeys(ReversePath reversePath, byte[] messageHash) {
    this.reversePath = reversePath;
    this.messageHash = messageHash;
  }

  /**
   * Reads a message once.
   *
   * @throws IOException when it cannot be read
   */
  static OutcomeKeys of(ReversePath reversePath, MessageBytes message) throws IOException {
    MessageDigest digest = sha256();
    message.forEachBlock(0, digest::update);
    return new OutcomeKeys(reversePath, digest.digest());
  }

  /** Returns the key of a target behind a recipient of the client. */
  OutcomeKey key(ForwardPath recipient, String finalAddress) {
    MessageDigest digest = sha256();
    digest.update(KEY);
    digest.update(messageHash);
    update(digest, text(reversePath));
    update(digest, text(recipient));
    update(digest, finalAddress);
    return new OutcomeKey(digest.digest());
  }

  /** Returns what tells envelopes apart without knowing the message; two may share one. */
  static long envelope(ReversePath reversePath, ForwardPath recipient) {
    MessageDigest digest = sha256();
    digest.update(ENVELOPE);
    update(digest, text(reversePath));
    update(digest, text(recipient));
    long envelope = ByteBuffer.wrap(digest.digest()).getLong();
    // 0 stands for many in notifications
    return envelope == 0 ? 1 : envelope;
  }

  /** The length before each text: no two lists of texts have the same encoding. */
  private static void update(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    digest.update(bytes);
  }

  private static String text(ReversePath path) {
    return path instanceof ReversePath.Address(Mailbox mailbox) ? text(mailbox) : "";
  }

  private static String text(ForwardPath path) {
    return switch (path) {
      case ForwardPath.Address(Mailbox mailbox) -> text(mailbox);
      case ForwardPath.Postmaster() -> "postmaster";
    };
  }

  private static String text(Mailbox mailbox) {
    return new Mailbox(mailbox.localPart(), mailbox.foldedDomain()).toString();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
