package io.authserver.smtp.daemon;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** A text that no log, error or help may show: it prints as {@code ***}. */
public final class Secret {
  private final String text;

  /** Wraps a text. */
  public Secret(String text) {
    this.text = text;
  }

  /** Returns the text itself. */
  public String reveal() {
    return text;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Secret secret
        && MessageDigest.isEqual(
            text.getBytes(StandardCharsets.UTF_8), secret.text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Returns {@code ***}. */
  @Override
  public String toString() {
    return "***";
  }
}
