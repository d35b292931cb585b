package io.authserver.upgrade;

import io.authserver.admin.output.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Questions with their answers, and in what answers differ. A text has a line of JSON for each; an
 * answer is made of maps, lists, strings, numbers and booleans.
 */
final class Answers {
  private static final int SHORT = 300;

  private final Map<Question, Object> answers = new LinkedHashMap<>();

  static Answers parse(String lines) {
    Answers answers = new Answers();
    lines
        .lines()
        .map(line -> (Map<?, ?>) read(line))
        .forEach(
            line ->
                answers.put(
                    new Question(
                        Question.Kind.valueOf((String) line.get("ask")),
                        ((List<?>) line.get("of")).stream().map(String.class::cast).toList()),
                    line.get("answer")));
    return answers;
  }

  /** Adds one. */
  void put(Question question, Object answer) {
    if (answers.put(question, plain(answer)) != null) {
      throw new IllegalArgumentException("asked twice: " + question);
    }
  }

  /** Returns the questions of some kinds. */
  List<Question> questions(Question.Kind... kinds) {
    return answers.keySet().stream().filter(q -> List.of(kinds).contains(q.kind())).toList();
  }

  /** Returns an answer, which must be there. */
  Object get(Question question) {
    return Objects.requireNonNull(answers.get(question), question::toString);
  }

  @Override
  public String toString() {
    StringBuilder lines = new StringBuilder();
    answers.forEach(
        (question, answer) -> {
          Map<String, Object> line = new LinkedHashMap<>();
          line.put("ask", question.kind().name());
          line.put("of", question.of());
          line.put("answer", answer);
          lines.append(Json.write(line)).append('\n');
        });
    return lines.toString();
  }

  /**
   * Returns in what another answer to a question differs, a line for each place. That an object has
   * members more than it had is no difference.
   */
  List<String> differences(Question question, Object now) {
    List<String> found = new ArrayList<>();
    compare(question.toString(), get(question), plain(now), found);
    return found;
  }

  private static void compare(String where, Object was, Object is, List<String> found) {
    if (was instanceof Map<?, ?> former && is instanceof Map<?, ?> present) {
      former.forEach(
          (key, value) ->
              compare(
                  where + "/" + key,
                  value,
                  present.containsKey(key) ? present.get(key) : Map.of(),
                  found));
    } else if (was instanceof List<?> former
        && is instanceof List<?> present
        && former.size() == present.size()) {
      for (int i = 0; i < former.size(); i++) {
        compare(where + "/" + i, former.get(i), present.get(i), found);
      }
    } else if (!Objects.equals(was, is)) {
      found.add(where + ": " + text(was) + " -> " + text(is));
    }
  }

  private static String text(Object value) {
    String text = Json.write(value).replace("\n", "");
    return text.length() <= SHORT
        ? text
        : text.substring(0, SHORT) + "… (%d, %08x)".formatted(text.length(), text.hashCode());
  }

  /** Returns a value as it is after it was written and read. */
  private static Object plain(Object value) {
    return read(Json.write(value));
  }

  private static Object read(String json) {
    return whole(io.authserver.demo.Json.parse(json));
  }

  /** JSON has no whole numbers; all of ours are. */
  private static Object whole(Object value) {
    return switch (value) {
      case null -> null;
      case Double number -> number.longValue();
      case List<?> list -> {
        List<Object> items = new ArrayList<>();
        list.forEach(item -> items.add(whole(item)));
        yield items;
      }
      case Map<?, ?> map -> {
        Map<String, Object> members = new LinkedHashMap<>();
        map.forEach((key, item) -> members.put((String) key, whole(item)));
        yield members;
      }
      default -> value;
    };
  }
}
