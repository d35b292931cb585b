package io.authserver.db.alias;

import io.authserver.db.pool.AuthDatabaseException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the secrets of return addresses. Safe for many threads. */
public interface SrsKeyStore {
  /**
   * Finds the secrets and how they are used.
   *
   * @param srsDomain the folded domain to ask about; null for none
   * @throws AuthDatabaseException where the database does not answer
   */
  SrsKeys find(@Nullable String srsDomain) throws AuthDatabaseException;

  /**
   * Keeps the secrets with which a daemon was configured, so that whoever asks verifies with them.
   * Doing it again changes nothing.
   *
   * @param secrets 1 to 100; the first signs before the others
   * @return how many are new, or had been retired
   * @throws AuthDatabaseException where they cannot be kept
   */
  int register(List<byte[]> secrets) throws AuthDatabaseException;

  /**
   * Sets how the hash is made from now on.
   *
   * @param form {@code mailsrs} or {@code separated}
   * @return whether that is a change
   * @throws AuthDatabaseException where it cannot be set
   */
  boolean setForm(String form) throws AuthDatabaseException;
}
