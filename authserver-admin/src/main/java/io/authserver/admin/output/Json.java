package io.authserver.admin.output;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON (RFC 8259) in ASCII, so that it is the same under every locale. It takes strings,
 * whole numbers, booleans, null, iterables and maps with string keys.
 */
public final class Json {
  private Json() {}

  /**
   * Returns a value as JSON, objects of a list on a line each.
   *
   * @throws IllegalArgumentException for a value of another kind
   */
  public static String write(@Nullable Object value) {
    StringBuilder json = new StringBuilder();
    if (value instanceof Iterable<?> rows) {
      String separator = "[";
      for (Object row : rows) {
        json.append(separator).append(separator.equals("[") ? "" : "\n ");
        append(json, row);
        separator = ",";
      }
      return json.append(separator.equals("[") ? "[]" : "]").toString();
    }
    append(json, value);
    return json.toString();
  }

  private static void append(StringBuilder json, @Nullable Object value) {
    switch (value) {
      case null -> json.append("null");
      case String text -> appendString(json, text);
      case Boolean truth -> json.append(truth.booleanValue());
      case Integer number -> json.append(number.intValue());
      case Long number -> json.append(number.longValue());
      case Map<?, ?> object -> appendObject(json, object);
      case Iterable<?> list -> appendList(json, list);
      default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
  }

  private static void appendObject(StringBuilder json, Map<?, ?> object) {
    json.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : object.entrySet()) {
      json.append(separator);
      appendString(json, (String) entry.getKey());
      json.append(": ");
      append(json, entry.getValue());
      separator = ", ";
    }
    json.append('}');
  }

  private static void appendList(StringBuilder json, Iterable<?> list) {
    json.append('[');
    String separator = "";
    for (Object element : list) {
      json.append(separator);
      append(json, element);
      separator = ", ";
    }
    json.append(']');
  }

  private static void appendString(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        default -> {
          // RFC 8259 §7: a character outside the BMP is the escape of its two surrogates.
          if (c < 0x20 || c > 0x7e) {
            json.append("\\u").append("%04x".formatted((int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }
}
