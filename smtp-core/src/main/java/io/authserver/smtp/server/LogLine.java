package io.authserver.smtp.server;

/** A line of {@code key=value}, quoted where a value has spaces, control characters escaped. */
public final class LogLine {
  private final StringBuilder text = new StringBuilder(200);

  /** Adds a value from wherever it is; returns this. */
  public LogLine add(String key, String value) {
    if (!text.isEmpty()) {
      text.append(' ');
    }
    text.append(key).append('=');
    boolean quote = value.isEmpty() || value.indexOf(' ') >= 0 || value.indexOf('"') >= 0;
    if (quote) {
      text.append('"');
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
        text.append(String.format("\\u%04x", (int) c));
      } else if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else {
        text.append(c);
      }
    }
    if (quote) {
      text.append('"');
    }
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
