package io.authserver.mailforwarder.fanout;

import io.authserver.db.alias.SrsTokenStore;
import io.authserver.db.pool.AuthDatabaseException;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps senders in memory, as long as the database is not away and the table not full. */
final class FakeSrsTokens implements SrsTokenStore {
  final Map<String, String> senders = new ConcurrentHashMap<>();
  volatile boolean away;
  volatile boolean full;

  @Override
  public void keep(Map<String, String> more) throws AuthDatabaseException {
    check();
    if (full && !senders.keySet().containsAll(more.keySet())) {
      throw AuthDatabaseException.of(new SQLException("full, and may have no more", "54000"));
    }
    senders.putAll(more);
  }

  @Override
  public Map<String, String> find(Collection<String> tokens) throws AuthDatabaseException {
    check();
    Map<String, String> found = new HashMap<>(senders);
    found.keySet().retainAll(tokens);
    return found;
  }

  private void check() throws AuthDatabaseException {
    if (away) {
      throw AuthDatabaseException.unreachable("away", null);
    }
  }
}
