package io.authserver.db.site;

import io.authserver.db.pool.AuthDatabaseException;

/** Finds what holds for the whole site. Safe for many threads. */
@FunctionalInterface
public interface SiteStore {
  /**
   * Returns how many addresses one recipient may stand for, 1 to 100,000.
   *
   * @throws AuthDatabaseException where the database must be asked and does not answer
   */
  int maxTargets() throws AuthDatabaseException;
}
