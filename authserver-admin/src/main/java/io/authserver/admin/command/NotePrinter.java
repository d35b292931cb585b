package io.authserver.admin.command;

import io.authserver.admin.output.Json;
import io.authserver.admin.output.Rows;
import io.authserver.db.mailauth.ImportAction;
import io.authserver.db.mailauth.ImportNote;
import io.authserver.db.mailauth.Reason;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints the lines of an import one by one, however many there are. Owned by one thread. */
final class NotePrinter implements AutoCloseable {
  private final PrintStream out;
  private final boolean json;
  private final boolean problemsOnly;
  private final StringBuilder pending = new StringBuilder();
  private boolean begun;

  private static final int BUFFER = 8192;

  NotePrinter(PrintStream out, boolean json, boolean problemsOnly) {
    this.out = out;
    this.json = json;
    this.problemsOnly = problemsOnly;
  }

  void print(ImportNote note) {
    if (problemsOnly && note.action() == ImportAction.CREATE) {
      return;
    }
    if (json) {
      pending.append(begun ? ",\n " : "[").append(Json.write(object(note)));
      begun = true;
    } else {
      pending.append(text(note)).append('\n');
    }
    if (pending.length() >= BUFFER) {
      flush();
    }
  }

  private void flush() {
    out.print(pending);
    out.flush();
    pending.setLength(0);
  }

  private static Map<String, @Nullable Object> object(ImportNote note) {
    Reason reason = note.reason();
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("action", note.action().id());
    object.put("kind", note.kind().noun());
    object.put("name", note.name());
    object.put("reason", reason == null ? null : reason.id());
    object.put("sentence", note.sentence().isEmpty() ? null : note.sentence());
    return object;
  }

  private static String text(ImportNote note) {
    String text = "%-8s  %s %s".formatted(note.action().id(), note.kind().noun(), note.name());
    Reason reason = note.reason();
    return Rows.printable(
        reason == null ? text : text + ": " + note.sentence() + " [" + reason.id() + "]");
  }

  /** Ends the output, so that it is whole JSON even where the import failed. */
  @Override
  public void close() {
    if (json) {
      pending.append(begun ? "]\n" : "[]\n");
    }
    flush();
  }
}
