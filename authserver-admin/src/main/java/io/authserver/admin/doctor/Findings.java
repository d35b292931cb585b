package io.authserver.admin.doctor;

import io.authserver.admin.doctor.Ailment.Severity;
import io.authserver.db.admin.Finding;
import io.authserver.smtp.address.AsciiCase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What was found, at most so many of each kind. Owned by one thread. */
public final class Findings {
  private final int limit;
  private final List<Map<String, @Nullable Object>> rows = new ArrayList<>();
  private final Map<String, Integer> counts = new TreeMap<>();
  private boolean problems;

  /**
   * Makes an empty collection.
   *
   * @param limit how many of a kind are kept
   */
  public Findings(int limit) {
    this.limit = limit;
  }

  /** Adds what was found in the database. */
  public void add(List<Finding> found) {
    found.forEach(this::add);
  }

  /** Adds one. */
  public void add(Finding found) {
    Ailment kind =
        Ailment.of(found.id())
            .orElseThrow(() -> new IllegalStateException("no such kind of finding"));
    problems |= kind.severity() != Severity.INFO;
    if (counts.merge(kind.id(), 1, Integer::sum) > limit) {
      return;
    }
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", kind.id());
    row.put("severity", AsciiCase.lower(kind.severity().name()));
    row.put("object", found.object());
    row.put("detail", found.detail());
    row.put("sentence", kind.sentence(found.object(), found.detail()));
    row.put("mend", kind.mend(found.object(), found.detail()));
    rows.add(row);
  }

  /** Adds what could not be looked at, and why. */
  public void notExamined(String what, String why) {
    add(new Finding(Ailment.NOT_EXAMINED.id(), what, why));
  }

  /** Returns whether anything has to be mended. */
  public boolean hasProblems() {
    return problems;
  }

  /** Returns the rows, errors first. */
  public List<Map<String, @Nullable Object>> rows() {
    List<Map<String, @Nullable Object>> sorted = new ArrayList<>();
    for (Severity severity : Severity.values()) {
      String word = AsciiCase.lower(severity.name());
      rows.stream().filter(row -> word.equals(row.get("severity"))).forEach(sorted::add);
    }
    return sorted;
  }

  /** Returns the kinds of which there are more than were kept. */
  public List<String> cut() {
    return counts.entrySet().stream()
        .filter(count -> count.getValue() > limit)
        .map(Map.Entry::getKey)
        .toList();
  }
}
