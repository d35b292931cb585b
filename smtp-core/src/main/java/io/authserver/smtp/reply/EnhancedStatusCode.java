package io.authserver.smtp.reply;

/**
 * An enhanced status code (RFC 3463), e.g. {@code 4.3.0}.
 *
 * @param statusClass 2, 4 or 5
 * @param subject 0 to 999
 * @param detail 0 to 999
 */
public record EnhancedStatusCode(int statusClass, int subject, int detail) {
  /** Checks the ranges. */
  public EnhancedStatusCode {
    if (statusClass != 2 && statusClass != 4 && statusClass != 5) {
      throw new IllegalArgumentException("class of an enhanced status code: " + statusClass);
    }
    if (subject < 0 || subject > 999 || detail < 0 || detail > 999) {
      throw new IllegalArgumentException("enhanced status code: " + subject + "." + detail);
    }
  }

  @Override
  public String toString() {
    return statusClass + "." + subject + "." + detail;
  }
}
