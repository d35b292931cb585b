package io.authserver.smtp.message;

import io.authserver.smtp.address.AsciiCase;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The header field by which mailforwarder tells dkimsigner that a copy was forwarded, and whether
 * its message was submitted to us. Never leaves the site: dkimsigner removes it.
 *
 * @param submitted whether the message was submitted to us (it came in by ESMTPA or ESMTPSA)
 */
public record OriginMark(boolean submitted) {
  /** The name of the field. */
  public static final String FIELD_NAME = "Authserver-Forwarded";

  /** No mark of ours is longer; it is far from it. */
  private static final int MOST_BYTES = 200;

  /** Returns the field, CRLF included. */
  public byte[] toField() {
    return (FIELD_NAME + ": v=1; submitted=" + (submitted ? "yes" : "no") + "\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Returns what the marks of a message say, or empty where it has none. One mark that does not say
   * {@code submitted=yes}, in words that are understood, decides: a mark can only withhold a
   * signature.
   */
  public static Optional<OriginMark> of(HeaderSection header) {
    boolean found = false;
    boolean submitted = true;
    for (HeaderField field : header.all(FIELD_NAME)) {
      found = true;
      submitted &= saysSubmitted(field);
    }
    return found ? Optional.of(new OriginMark(submitted)) : Optional.empty();
  }

  /** Returns the message without any mark. */
  public static MessageBytes remove(MessageBytes message) {
    return MessageView.withoutFields(message, FIELD_NAME);
  }

  private static boolean saysSubmitted(HeaderField field) {
    if (field.length() > MOST_BYTES) {
      return false;
    }
    String value = new String(field.value(), StandardCharsets.ISO_8859_1).replaceAll("\\s", "");
    return AsciiCase.equal(value, "v=1;submitted=yes");
  }
}
