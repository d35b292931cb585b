package io.authserver.admin.command;

import io.authserver.admin.output.Rows;
import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Selection;
import io.authserver.db.admin.Thing;
import io.authserver.db.pool.AuthDatabaseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the verbs of a noun have in common.
 *
 * @param columns the fields that a list shows
 * @param fields all fields of a row, in order
 * @param takesAlong what goes when a row goes, and what stays without it
 */
record Noun<R extends Thing>(
    List<String> columns, Fields<R> fields, Loss<R> takesAlong, Loader<R> loader) {
  /** Makes a row's fields. */
  @FunctionalInterface
  interface Fields<R> {
    Map<String, @Nullable Object> of(R row);
  }

  /** Says what a removal takes along. */
  @FunctionalInterface
  interface Loss<R> {
    List<String> of(R row);
  }

  /** Loads what is meant. */
  @FunctionalInterface
  interface Loader<R> {
    List<R> load(AdminDatabase database, Selection selection)
        throws RefusedException, AuthDatabaseException;
  }

  Rows rows(List<R> rows) {
    return new Rows(rows.stream().map(fields::of).toList());
  }

  /** Returns what is shown before a removal. */
  String loss(R row) {
    List<String> losses = takesAlong.of(row);
    return losses.isEmpty() ? row.title() : row.title() + ", with " + String.join(", ", losses);
  }

  /** Adds {@code 2 aliases} to losses, and nothing where there are none. */
  static void count(List<String> losses, int number, String one, String several) {
    if (number > 0) {
      losses.add(number + " " + (number == 1 ? one : several));
    }
  }

  /** Returns losses to which counts are added. */
  static List<String> losses() {
    return new ArrayList<>();
  }
}
