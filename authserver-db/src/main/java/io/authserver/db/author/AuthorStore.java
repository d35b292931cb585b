package io.authserver.db.author;

import io.authserver.db.pool.AuthDatabaseException;
import java.util.Collection;
import java.util.Map;

/** Judges authors. Safe for many threads. */
public interface AuthorStore {
  /**
   * Judges the authors of submitted messages.
   *
   * @return an answer to each question
   * @throws AuthDatabaseException where the database must be asked and does not answer: 451 4.3.0
   */
  Map<AuthorQuestion, AuthorAnswer> judge(Collection<AuthorQuestion> questions)
      throws AuthDatabaseException;
}
