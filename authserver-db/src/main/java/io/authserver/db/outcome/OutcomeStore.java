package io.authserver.db.outcome;

import io.authserver.db.pool.AuthDatabaseException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Remembers what became of the targets of messages that a client will send again, for all instances
 * of the forwarder. Safe for many threads; every call ends in bounded time.
 */
public interface OutcomeStore {
  /**
   * Returns those envelopes about which something may be remembered, without asking the database
   * where that is known.
   *
   * @throws AuthDatabaseException where it is not known and cannot be asked, as on a replica
   */
  Set<Long> pending(Collection<Long> envelopes) throws AuthDatabaseException;

  /**
   * Returns what is remembered under these keys, in one call; nothing for the others.
   *
   * @throws AuthDatabaseException where the primary database cannot be asked
   */
  Map<OutcomeKey, StoredOutcome> find(Collection<OutcomeKey> keys) throws AuthDatabaseException;

  /**
   * Remembers, in one transaction. The time of first sight stays; what is final stays so. When this
   * has returned, it is stored.
   *
   * @throws AuthDatabaseException where it is not stored, or nobody knows
   */
  void store(List<NewOutcome> outcomes) throws AuthDatabaseException;
}
