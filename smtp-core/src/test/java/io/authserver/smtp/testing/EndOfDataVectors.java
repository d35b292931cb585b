package io.authserver.smtp.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the byte sequences of vectors/end-of-data.json: lists of strings, and no more JSON. */
public final class EndOfDataVectors {
  private EndOfDataVectors() {}

  /** Returns what must not end DATA. */
  public static List<String> mustNotEndData() throws IOException {
    return list("must_not_end_data");
  }

  /** Returns what must end DATA. */
  public static List<String> mustEndData() throws IOException {
    return list("must_end_data");
  }

  private static List<String> list(String name) throws IOException {
    String json;
    try (InputStream in = EndOfDataVectors.class.getResourceAsStream("/vectors/end-of-data.json")) {
      json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    Matcher array = Pattern.compile("\"" + name + "\"\\s*:\\s*\\[([^\\]]*)\\]").matcher(json);
    if (!array.find()) {
      throw new IOException("no list " + name);
    }
    List<String> values = new ArrayList<>();
    Matcher string = Pattern.compile("\"((?:\\\\.|[^\"\\\\])*)\"").matcher(array.group(1));
    while (string.find()) {
      values.add(
          string.group(1).replace("\\r", "\r").replace("\\n", "\n").replace("\\u0000", "\u0000"));
    }
    return values;
  }
}
