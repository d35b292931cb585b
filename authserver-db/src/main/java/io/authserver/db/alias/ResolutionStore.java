package io.authserver.db.alias;

import io.authserver.db.pool.AuthDatabaseException;
import java.util.List;

/** Resolves addresses. Safe for many threads. */
public interface ResolutionStore {
  /**
   * Resolves addresses, lists within lists and redirects followed.
   *
   * @param addresses in valid syntax, quoted where the local part needs it, domains as A-labels
   * @return the steps of all of them, ordered by input and step; each address has at least one
   * @throws AuthDatabaseException where the database must be asked and does not answer: 451 4.3.0
   */
  List<ResolutionStep> resolve(List<String> addresses) throws AuthDatabaseException;
}
