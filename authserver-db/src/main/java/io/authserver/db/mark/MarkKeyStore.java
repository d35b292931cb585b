package io.authserver.db.mark;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.message.MarkKey;
import java.util.List;

/** Finds the keys of the origin marks. Safe for many threads. */
@FunctionalInterface
public interface MarkKeyStore {
  /**
   * Returns the keys, at least one: the first makes marks, all prove them.
   *
   * @throws AuthDatabaseException where the database must be asked and does not answer, or has
   *     none: 451 4.3.0
   */
  List<MarkKey> find() throws AuthDatabaseException;
}
