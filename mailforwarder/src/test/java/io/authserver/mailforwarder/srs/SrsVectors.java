package io.authserver.mailforwarder.srs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the vectors that Mail::SRS made: flat objects of strings, numbers and one list. */
final class SrsVectors {
  private static final Pattern OBJECT = Pattern.compile("\\{([^{}]*)\\}");
  private static final Pattern STRING =
      Pattern.compile("\"(\\w+)\":\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|(\\d+)|\\[([^\\]]*)\\])");
  private static final Pattern ITEM = Pattern.compile("\"([^\"]*)\"");

  private SrsVectors() {}

  record Vector(Map<String, String> values, List<String> secrets) {
    String get(String key) {
      return Objects.requireNonNull(values.get(key), key);
    }

    boolean failed() {
      return values.containsKey("error");
    }

    Instant time() {
      return Instant.ofEpochSecond(Long.parseLong(get("time")));
    }

    Srs srs() {
      return new Srs(secrets.stream().map(SrsSecret::of).toList());
    }

    @Override
    public String toString() {
      return get("op") + " " + values.getOrDefault("sender", values.get("address"));
    }
  }

  static List<Vector> all() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(SrsVectors.class.getResourceAsStream("/vectors/srs.json"))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return OBJECT
          .matcher(text.substring(text.indexOf('[')))
          .results()
          .map(object -> vector(object.group(1)))
          .toList();
    }
  }

  private static Vector vector(String object) {
    List<String> secrets = new ArrayList<>();
    Map<String, String> values =
        STRING
            .matcher(object)
            .results()
            .filter(entry -> entry.group(4) == null)
            .collect(
                Collectors.toMap(
                    entry -> entry.group(1),
                    entry ->
                        entry.group(2) == null
                            ? entry.group(3)
                            : entry.group(2).replace("\\\"", "\"").replace("\\\\", "\\")));
    Matcher list = Pattern.compile("\\[([^\\]]*)\\]").matcher(object);
    if (list.find()) {
      ITEM.matcher(list.group(1)).results().forEach(item -> secrets.add(item.group(1)));
    } else {
      secrets.add(Objects.requireNonNull(values.get("secret")));
    }
    return new Vector(values, secrets);
  }
}
