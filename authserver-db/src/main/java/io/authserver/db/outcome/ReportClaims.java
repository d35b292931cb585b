package io.authserver.db.outcome;

import io.authserver.db.pool.AuthDatabaseException;

/**
 * Says who may be written a limited report: one an hour for each address. Safe for many threads.
 */
@FunctionalInterface
public interface ReportClaims {
  /**
   * Claims the right to write a report to an address.
   *
   * @param address folded
   * @return false where a report was written to it within the hour, by any instance
   * @throws AuthDatabaseException where that is not known: then none is written
   */
  boolean claim(String address) throws AuthDatabaseException;
}
