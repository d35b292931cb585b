package io.authserver.admin.output;

import io.authserver.smtp.address.AsciiCase;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows to be printed: ordered maps of field name to value, as {@link Json} takes them.
 *
 * @param rows the rows, all with the same keys
 */
public record Rows(List<? extends Map<String, ? extends @Nullable Object>> rows) {
  /**
   * Prints a table with the given fields as columns, or all fields as JSON.
   *
   * @param columns the fields that a person wants to see at a glance
   */
  public void print(Format format, List<String> columns, PrintStream out) {
    switch (format) {
      case json -> out.println(Json.write(rows));
      case table -> printTable(columns, out);
    }
  }

  /** Prints every field of each row on a line of its own, or all fields as JSON. */
  public void printDetails(Format format, PrintStream out) {
    switch (format) {
      case json -> out.println(Json.write(rows));
      case table -> {
        String separator = "";
        for (Map<String, ? extends @Nullable Object> row : rows) {
          out.print(separator);
          int width = row.keySet().stream().mapToInt(String::length).max().orElse(0) + 1;
          row.forEach((key, value) -> out.println(pad(key + ":", width) + "  " + cell(value)));
          separator = System.lineSeparator();
        }
      }
    }
  }

  private void printTable(List<String> columns, PrintStream out) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns.stream().map(c -> AsciiCase.upper(c.replace('_', ' '))).toList());
    for (Map<String, ? extends @Nullable Object> row : rows) {
      lines.add(columns.stream().map(c -> cell(row.get(c))).toList());
    }
    int[] widths = new int[columns.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(line.get(i)));
      }
    }
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        text.append(i == widths.length - 1 ? line.get(i) : pad(line.get(i), widths[i]) + "  ");
      }
      out.println(text.toString().stripTrailing());
    }
  }

  private static String cell(@Nullable Object value) {
    return switch (value) {
      case null -> "-";
      case Boolean truth -> truth ? "yes" : "no";
      case Iterable<?> list -> {
        List<String> texts = new ArrayList<>();
        list.forEach(element -> texts.add(cell(element)));
        yield texts.isEmpty() ? "-" : String.join(", ", texts);
      }
      default -> printable(value.toString());
    };
  }

  /** Escapes control characters, so that a stored text cannot drive the terminal. */
  public static String printable(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                printable.append("\\u%04x".formatted(c));
              } else {
                printable.appendCodePoint(c);
              }
            });
    return printable.toString();
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - width(text)));
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }
}
