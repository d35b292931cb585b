package io.authserver.db.signing;

import io.authserver.db.pool.AuthDatabaseException;
import java.util.Collection;
import java.util.Map;

/** Finds domains with their policies and keys. Safe for many threads. */
public interface SigningStore {
  /**
   * Finds those of the given names that are domains of ours, in one query.
   *
   * @param domains folded A-labels
   * @return by name; a name that is nobody's is missing
   * @throws AuthDatabaseException where the database must be asked and does not answer: 451 4.3.0
   */
  Map<String, SigningDomain> find(Collection<String> domains) throws AuthDatabaseException;
}
