package io.authserver.demo;

import io.authserver.smtp.address.AsciiCase;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header fields at the beginning of some bytes, read without the daemons' code.
 *
 * @param list the fields, topmost first
 */
record Fields(List<Field> list) {

  /**
   * A header field.
   *
   * @param name its name as it is written
   * @param raw the whole field, final CRLF included, each byte as a character
   */
  record Field(String name, String raw) {
    boolean isNamed(String other) {
      return AsciiCase.equal(name, other);
    }

    /** Returns the value on one line, without white space around it. */
    String value() {
      return raw.substring(raw.indexOf(':') + 1).replace("\r\n", "").strip();
    }

    /** Returns the tags of a tag list (RFC 6376 §3.2), white space taken out of the values. */
    Map<String, String> tags() {
      Map<String, String> tags = new LinkedHashMap<>();
      for (String tag : value().split(";", -1)) {
        int equals = tag.indexOf('=');
        if (equals > 0) {
          tags.put(
              tag.substring(0, equals).strip(), tag.substring(equals + 1).replaceAll("\\s", ""));
        }
      }
      return tags;
    }
  }

  /** Reads the fields up to the empty line, or to the end where there is none. */
  static Fields of(byte[] content) {
    String text = new String(content, StandardCharsets.ISO_8859_1);
    List<Field> fields = new ArrayList<>();
    int at = 0;
    while (at < text.length() && !text.startsWith("\r\n", at)) {
      int end = lineEnd(text, at);
      while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
        end = lineEnd(text, end);
      }
      String raw = text.substring(at, end);
      int colon = raw.indexOf(':');
      fields.add(new Field(colon < 0 ? "" : raw.substring(0, colon).stripTrailing(), raw));
      at = end;
    }
    return new Fields(List.copyOf(fields));
  }

  private static int lineEnd(String text, int from) {
    int end = text.indexOf("\r\n", from);
    return end < 0 ? text.length() : end + 2;
  }

  List<Field> named(String name) {
    return list.stream().filter(field -> field.isNamed(name)).toList();
  }

  List<String> names() {
    return list.stream().map(Field::name).toList();
  }

  /** Returns how often each name occurs, names in lower case. */
  Map<String, Integer> counts() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    list.forEach(field -> counts.merge(AsciiCase.lower(field.name()), 1, Integer::sum));
    return counts;
  }
}
