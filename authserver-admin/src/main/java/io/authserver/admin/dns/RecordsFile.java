package io.authserver.admin.dns;

import io.authserver.dkim.verify.KeyLookup;
import io.authserver.smtp.address.AsciiCase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Key records out of a text, for use without DNS. An entry is a name and the record's text, or a
 * line of a zone file ({@code NAME [TTL] [IN] TXT "..." "..."}, in parentheses over several lines
 * too). Empty lines and those that begin with {@code #} or {@code ;} are passed over.
 */
public final class RecordsFile implements KeyLookup {
  private static final Pattern ENTRY =
      Pattern.compile(
          "(\\S+)\\s+(?:(?:[0-9]+\\s+)?(?:IN\\s+)?(?:[0-9]+\\s+)?TXT\\s+)?(.*)",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern QUOTED =
      Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*+)\"", Pattern.DOTALL);

  private final Map<String, List<String>> records = new LinkedHashMap<>();

  private RecordsFile() {}

  /**
   * Reads entries.
   *
   * @throws IllegalArgumentException where a line is none; the sentence names it
   */
  public static RecordsFile parse(String text) {
    RecordsFile file = new RecordsFile();
    StringBuilder open = new StringBuilder();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (open.isEmpty() && (line.isBlank() || line.startsWith("#") || line.startsWith(";"))) {
        continue;
      }
      open.append(line).append('\n');
      String outside = QUOTED.matcher(open).replaceAll("");
      if (outside.indexOf('(') >= 0 && outside.indexOf(')') < 0) {
        continue;
      }
      file.add(open.toString().strip(), number);
      open.setLength(0);
    }
    if (!open.isEmpty()) {
      throw new IllegalArgumentException("line " + number + ": a parenthesis is not closed");
    }
    return file;
  }

  private void add(String entry, int line) {
    Matcher matcher = ENTRY.matcher(entry);
    if (!matcher.matches() || matcher.group(2).isBlank()) {
      throw new IllegalArgumentException("line " + line + " is not a name and a record");
    }
    String rest = matcher.group(2);
    String text = rest;
    if (rest.startsWith("\"") || rest.startsWith("(")) {
      StringBuilder joined = new StringBuilder();
      Matcher strings = QUOTED.matcher(rest);
      while (strings.find()) {
        joined.append(strings.group(1).replaceAll("\\\\(.)", "$1"));
      }
      text = joined.toString();
    }
    records.computeIfAbsent(fold(matcher.group(1)), _ -> new ArrayList<>()).add(text);
  }

  @Override
  public Answer lookup(String recordName) {
    List<String> texts = records.get(fold(recordName));
    return texts == null ? new NoRecord() : new Records(texts);
  }

  private static String fold(String name) {
    String lower = AsciiCase.lower(name);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
