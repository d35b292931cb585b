package io.authserver.mailforwarder.fanout;

import io.authserver.db.outcome.NewOutcome;
import io.authserver.db.outcome.OutcomeKey;
import io.authserver.db.outcome.OutcomeKind;
import io.authserver.db.outcome.OutcomeStore;
import io.authserver.db.outcome.StoredOutcome;
import io.authserver.db.pool.AuthDatabaseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Outcomes in memory, with the rules of the database's routine. */
final class FakeOutcomeStore implements OutcomeStore {
  private record Row(long envelope, OutcomeKind kind, String reply, Instant firstSeen) {}

  private final InstantSource clock;
  private final Map<OutcomeKey, Row> rows = new HashMap<>();
  private boolean readable = true;
  private boolean writable = true;
  private boolean knowsPending = true;
  private int finds;
  private int stores;

  FakeOutcomeStore(InstantSource clock) {
    this.clock = clock;
  }

  /** Answers look-ups and takes outcomes, or not. */
  void available(boolean toRead, boolean toWrite) {
    readable = toRead;
    writable = toWrite;
  }

  /** Knows from memory what is pending, or asks. */
  void knowsPending(boolean knows) {
    knowsPending = knows;
  }

  int finds() {
    return finds;
  }

  int stores() {
    return stores;
  }

  List<String> replies() {
    return rows.values().stream().map(Row::reply).sorted().toList();
  }

  List<OutcomeKind> kinds() {
    return rows.values().stream().map(Row::kind).sorted().toList();
  }

  @Override
  public Set<Long> pending(Collection<Long> envelopes) throws AuthDatabaseException {
    if (!knowsPending && !readable) {
      throw AuthDatabaseException.unreachable("away", null);
    }
    Set<Long> found = new HashSet<>();
    rows.values().forEach(row -> found.add(row.envelope()));
    found.retainAll(Set.copyOf(envelopes));
    return found;
  }

  @Override
  public Map<OutcomeKey, StoredOutcome> find(Collection<OutcomeKey> keys)
      throws AuthDatabaseException {
    finds++;
    if (!readable) {
      throw AuthDatabaseException.unreachable("away", null);
    }
    Map<OutcomeKey, StoredOutcome> found = new HashMap<>();
    for (OutcomeKey key : keys) {
      Row row = rows.get(key);
      if (row != null) {
        found.put(
            key,
            new StoredOutcome(
                row.kind(), row.reply(), Duration.between(row.firstSeen(), clock.instant())));
      }
    }
    return found;
  }

  @Override
  public void store(List<NewOutcome> outcomes) throws AuthDatabaseException {
    stores++;
    if (!writable) {
      throw AuthDatabaseException.unreachable("away", null);
    }
    for (NewOutcome outcome : outcomes) {
      Row before = rows.get(outcome.key());
      boolean changes =
          before == null
              || before.kind() == OutcomeKind.DEFERRED
              || (before.kind() == OutcomeKind.REFUSED
                  && (outcome.kind() == OutcomeKind.DELIVERED
                      || outcome.kind() == OutcomeKind.REPORTED));
      if (changes) {
        rows.put(
            outcome.key(),
            new Row(
                outcome.envelope(),
                outcome.kind(),
                outcome.reply(),
                before == null ? clock.instant() : before.firstSeen()));
      }
    }
  }
}
