package io.authserver.demo;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message that the demo sends, and what is expected of it.
 *
 * @param title a few words
 * @param story what it shows, for a person
 * @param messageId its Message-ID, by which its copies are found
 * @param reversePath the reverse-path without brackets, empty for {@code <>}
 * @param mailParameters what follows it in MAIL
 * @param recipient the forward-path without brackets
 * @param content the message
 * @param refusal how the reply to RCPT begins where it is refused, else null
 * @param copies what leaves where it is taken
 */
record DemoMail(
    String title,
    String story,
    String messageId,
    String reversePath,
    List<String> mailParameters,
    String recipient,
    byte[] content,
    @Nullable String refusal,
    List<Copy> copies) {

  /**
   * A copy that should leave.
   *
   * @param recipient its forward-path
   * @param reversePath a regular expression for its reverse-path
   * @param mark what the origin mark between the daemons says, before its id and its proof, or null
   *     where there is none
   * @param signingDomain d= of its signatures, or null where it must not be signed
   */
  record Copy(
      String recipient,
      String reversePath,
      @Nullable String mark,
      @Nullable String signingDomain) {}

  @Override
  public String toString() {
    return "DemoMail[" + title + "]";
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
