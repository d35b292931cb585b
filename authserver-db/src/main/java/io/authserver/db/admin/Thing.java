package io.authserver.db.admin;

import java.util.List;

/** A row of the auth database that an administrator names, changes and removes. */
public interface Thing {
  /** Returns its id as text. */
  String key();

  /** Returns what a sentence calls it, such as {@code user "alice"}. */
  String title();

  /** Returns what a sentence calls several of its kind, such as {@code users}. */
  String plural();

  /** Returns what a sentence about a change of these things begins with. */
  static String subject(List<? extends Thing> things) {
    Thing first = things.getFirst();
    return things.size() == 1 ? first.title() : "one of the " + first.plural();
  }

  /** Returns the ids. */
  static List<String> keys(List<? extends Thing> things) {
    return things.stream().map(Thing::key).toList();
  }
}
