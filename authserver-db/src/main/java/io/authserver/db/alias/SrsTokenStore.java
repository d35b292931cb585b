package io.authserver.db.alias;

import io.authserver.db.pool.AuthDatabaseException;
import java.util.Collection;
import java.util.Map;

/**
 * Keeps senders behind the tokens of SRS addresses that would be too long. Safe for many threads.
 */
public interface SrsTokenStore {
  /**
   * Keeps senders, before an address with their token is told to anybody.
   *
   * @param senders {@code local@domain} by token, the local part without quoting
   * @throws AuthDatabaseException where they cannot be kept: 451 4.3.0, or 451 4.3.1 where {@link
   *     AuthDatabaseException#isLimit} says that there are too many
   */
  void keep(Map<String, String> senders) throws AuthDatabaseException;

  /**
   * Finds senders.
   *
   * @return by token; one that is not kept, or no longer, is missing
   * @throws AuthDatabaseException where the database does not answer: 451 4.3.0
   */
  Map<String, String> find(Collection<String> tokens) throws AuthDatabaseException;
}
