package io.authserver.dkim.canon;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** RFC 6376 §3.4 sentence by sentence, slow and obvious, on Latin-1 text. For comparison only. */
final class ReferenceCanonicalization {
  private ReferenceCanonicalization() {}

  static byte[] body(Canonicalization canonicalization, byte[] body) {
    String text = new String(body, StandardCharsets.ISO_8859_1);
    List<String> lines = new ArrayList<>(List.of(text.split("\r\n", -1)));
    // What follows the last CRLF is a line without an end, or nothing.
    if (lines.getLast().isEmpty()) {
      lines.removeLast();
    }
    if (canonicalization == Canonicalization.RELAXED) {
      lines.replaceAll(line -> line.replaceAll("[ \t]+", " ").replaceAll(" $(?![\r\n])", ""));
    }
    while (!lines.isEmpty() && lines.getLast().isEmpty()) {
      lines.removeLast();
    }
    StringBuilder out = new StringBuilder();
    for (String line : lines) {
      out.append(line).append("\r\n");
    }
    if (out.isEmpty() && canonicalization == Canonicalization.SIMPLE) {
      out.append("\r\n");
    }
    return out.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  static byte[] relaxedField(String field) {
    int colon = field.indexOf(':');
    StringBuilder name = new StringBuilder();
    for (char c : field.substring(0, colon).toCharArray()) {
      name.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
    }
    String value = field.substring(colon + 1).replace("\r\n", "").replaceAll("[ \t]+", " ");
    String canonical =
        name.toString().replaceAll("[ \t]+\\z", "")
            + ":"
            + value.replaceAll("\\A | \\z", "")
            + "\r\n";
    return canonical.getBytes(StandardCharsets.ISO_8859_1);
  }
}
