package io.authserver.db.admin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Conditions, each a constant of the code, with the values for their places. */
final class Where {
  private final StringJoiner conditions = new StringJoiner(" AND ", " WHERE ", " ");
  private final List<@Nullable Object> values = new ArrayList<>();

  Where() {
    conditions.setEmptyValue(" ");
  }

  /** Adds a condition. */
  Where and(String condition, @Nullable Object... places) {
    conditions.add("(" + condition + ")");
    values.addAll(Arrays.asList(places));
    return this;
  }

  /** Returns the clause, or a space where there is no condition. */
  String clause() {
    return conditions.toString();
  }

  /** Returns what {@link Sql} binds. */
  @Nullable Object[] values() {
    return values.toArray();
  }
}
