package io.authserver.db.mailauth;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What an import does, told as it happens and counted. Owned by one thread. */
public final class ImportReport {
  private final Consumer<ImportNote> listener;
  private final Map<Kind, Counts> counts = new EnumMap<>(Kind.class);

  /**
   * How many of a kind.
   *
   * @param created made
   * @param present there already, and the same
   * @param notes by what they say, {@link ImportAction#CREATE} not among them
   */
  public record Counts(long created, long present, Map<ImportAction, Long> notes) {
    private static final Counts NONE = new Counts(0, 0, Map.of());

    /** Returns how many notes say so. */
    public long of(ImportAction action) {
      return notes.getOrDefault(action, 0L);
    }

    private Counts and(ImportAction action) {
      Map<ImportAction, Long> more = new EnumMap<>(ImportAction.class);
      more.putAll(notes);
      more.merge(action, 1L, Long::sum);
      return new Counts(created, present, more);
    }
  }

  /**
   * Makes a report.
   *
   * @param listener is told each line, at once: there may be millions
   */
  public ImportReport(Consumer<ImportNote> listener) {
    this.listener = listener;
  }

  void created(Kind kind, String name) {
    Counts now = of(kind);
    counts.put(kind, new Counts(now.created() + 1, now.present(), now.notes()));
    listener.accept(new ImportNote(ImportAction.CREATE, kind, name, null, ""));
  }

  void present(Kind kind) {
    Counts now = of(kind);
    counts.put(kind, new Counts(now.created(), now.present() + 1, now.notes()));
  }

  void add(Reason reason, Kind kind, String name, String sentence) {
    counts.put(kind, of(kind).and(reason.action()));
    listener.accept(new ImportNote(reason.action(), kind, name, reason, sentence));
  }

  /** Tells that a thing is there already, and in what it differs: never the values. */
  void differs(Kind kind, String name, List<String> different) {
    add(
        Reason.DIFFERS,
        kind,
        name,
        "is here already, with a different "
            + String.join(", ", different)
            + "; it stays as it is here");
  }

  private Counts of(Kind kind) {
    return counts.getOrDefault(kind, Counts.NONE);
  }

  /** Returns the counts of the kinds that came up, in their order. */
  public Map<Kind, Counts> counts() {
    return Collections.unmodifiableMap(counts);
  }

  /** Returns whether our database now holds all that theirs does. */
  public boolean isComplete() {
    return counts.values().stream()
        .allMatch(c -> c.of(ImportAction.LEFT_OUT) == 0 && c.of(ImportAction.DIFFERS) == 0);
  }
}
