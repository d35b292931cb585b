package io.authserver.dkim.verify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tag list (RFC 6376 §3.2): names are case-sensitive, values are without outer white space. */
final class TagList {
  private final Map<String, String> tags;

  private TagList(Map<String, String> tags) {
    this.tags = tags;
  }

  /**
   * Reads a list. An empty place between two semicolons is passed over: records with one are in
   * use, and nothing can be hidden in it.
   *
   * @throws MalformedTagList when it is none, or a name comes twice
   */
  static TagList parse(String text) throws MalformedTagList {
    Map<String, String> tags = new LinkedHashMap<>();
    for (String spec : text.split(";", -1)) {
      String trimmed = trim(spec);
      if (trimmed.isEmpty()) {
        continue;
      }
      int equals = trimmed.indexOf('=');
      if (equals < 0) {
        throw new MalformedTagList("a tag without =");
      }
      String name = trim(trimmed.substring(0, equals));
      if (!isName(name)) {
        throw new MalformedTagList("not a tag name");
      }
      String value = trim(trimmed.substring(equals + 1));
      if (value.chars().anyMatch(c -> (c < ' ' && !isWhiteSpace((char) c)) || c == 0x7f)) {
        throw new MalformedTagList("a control character in " + name + "=");
      }
      // RFC 6376 §3.2: a list with a name twice is invalid as a whole.
      if (tags.putIfAbsent(name, value) != null) {
        throw new MalformedTagList(name + "= comes twice");
      }
    }
    return new TagList(tags);
  }

  @Nullable String get(String name) {
    return tags.get(name);
  }

  String get(String name, String otherwise) {
    return tags.getOrDefault(name, otherwise);
  }

  /** Returns the name of the first tag, or null where there is none. */
  @Nullable String firstName() {
    return tags.isEmpty() ? null : tags.keySet().iterator().next();
  }

  /** Returns a list of values separated by colons, white space around them removed. */
  static List<String> colonSeparated(String value) {
    List<String> parts = new ArrayList<>();
    for (String part : value.split(":", -1)) {
      parts.add(trim(part));
    }
    return parts;
  }

  /** Returns the value without any white space in it: base64 may be folded anywhere. */
  static String withoutWhiteSpace(String value) {
    StringBuilder kept = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      if (!isWhiteSpace(value.charAt(i))) {
        kept.append(value.charAt(i));
      }
    }
    return kept.toString();
  }

  static boolean isWhiteSpace(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }

  static String trim(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isWhiteSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isWhiteSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '_'))) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  /** A list that cannot be read. */
  static final class MalformedTagList extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedTagList(String message) {
      super(message, null, false, false);
    }
  }
}
