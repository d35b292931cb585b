package io.authserver.db.alias;

import io.authserver.db.pool.AuthDatabaseException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Resolves addresses. Safe for many threads. */
public interface ResolutionStore {
  /**
   * Finds out where addresses lead, redirects followed.
   *
   * @param addresses in valid syntax, quoted where the local part needs it, domains as A-labels
   * @return by address its own step and one for each redirect; the last one decides
   * @param small takes, in no order, the members of lists where these addresses end, as far as they
   *     came along; {@link #expand} tells about any list
   * @throws AuthDatabaseException where the database must be asked and does not answer: 451 4.3.0
   */
  Map<String, List<ResolutionStep>> route(Collection<String> addresses, Consumer<Expansion> small)
      throws AuthDatabaseException;

  /** Finds out where addresses lead, as the other {@code route} does. */
  default Map<String, List<ResolutionStep>> route(Collection<String> addresses)
      throws AuthDatabaseException {
    return route(addresses, _ -> {});
  }

  /**
   * Finds out who is on a list, lists within it included. The answer is shared by everybody who
   * asks, however the list was addressed.
   *
   * @throws AuthDatabaseException where the database must be asked and does not answer: 451 4.3.0
   * @throws ExpansionMemoryException where there is no memory for it now: 451 4.3.1
   */
  Expansion expand(long listId) throws AuthDatabaseException, ExpansionMemoryException;
}
