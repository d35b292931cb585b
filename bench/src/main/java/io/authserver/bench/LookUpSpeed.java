package io.authserver.bench;

import io.authserver.db.alias.Decision;
import io.authserver.db.alias.Expansion;
import io.authserver.db.alias.JdbcResolutionStore;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.alias.ResolutionStore;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.smtp.message.MemoryBudget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

/**
 * How long a look-up takes that no cache of ours answers: in PostgreSQL alone, and as the daemon
 * asks, with its role, its statement and its pool, from this process.
 */
final class LookUpSpeed {
  private static final int MOST = 2_000;

  private final BenchDatabase database;
  private final String url;
  private final Site site;
  private final Map<Site.Kind, Series> inside = new EnumMap<>(Site.Kind.class);
  private final Map<Site.Kind, Series> asked = new EnumMap<>(Site.Kind.class);

  /**
   * Measures nothing yet.
   *
   * @param url logs in as a forwarder
   */
  LookUpSpeed(BenchDatabase database, String url, Site site) {
    this.database = database;
    this.url = url;
    this.site = site;
  }

  /** Measures every kind, one call after the other. */
  void run() throws IOException {
    int count = Math.min(MOST, site.users());
    try (AuthDatabase pool =
        AuthDatabase.open(AuthDatabase.Settings.forDaemon(DatabaseUrl.parse(url), "bench"))) {
      ResolutionStore store =
          new JdbcResolutionStore(pool, new MemoryBudget(MemoryBudget.DEFAULT_WORKING_BYTES));
      // Twice: before the first measurement everything is compiled.
      for (int pass = 0; pass < 2; pass++) {
        for (Site.Kind kind : Site.Kind.values()) {
          Random random = new Random(kind.name().hashCode());
          List<String> addresses =
              Stream.generate(() -> site.address(kind, random.nextInt(Integer.MAX_VALUE)))
                  .limit(count)
                  .toList();
          inside.put(kind, Series.of(database.millisInside(addresses)));
          asked.put(kind, Series.of(millisAsked(store, kind, addresses)));
        }
      }
    }
  }

  private static double[] millisAsked(ResolutionStore store, Site.Kind kind, List<String> addresses)
      throws IOException {
    double[] millis = new double[addresses.size()];
    for (int i = 0; i < millis.length; i++) {
      String address = addresses.get(i);
      long began = System.nanoTime();
      List<Expansion> small = new ArrayList<>();
      List<ResolutionStep> route =
          store.route(List.of(address), small::add).getOrDefault(address, List.of());
      int steps = route.size() + members(store, route, small);
      millis[i] = (System.nanoTime() - began) / 1e6;
      if (!kind.isAnswer(route, steps)) {
        throw new BenchFailure(kind + ": " + address + " leads to " + route + ", steps: " + steps);
      }
    }
    return millis;
  }

  /**
   * Returns the steps of the list where a route ends, if it does; one that did not come along with
   * it is asked for.
   */
  private static int members(
      ResolutionStore store, List<ResolutionStep> route, List<Expansion> small) throws IOException {
    if (route.isEmpty() || route.getLast().decision() != Decision.LIST) {
      return 0;
    }
    Expansion expansion =
        small.isEmpty()
            ? store.expand(Objects.requireNonNull(route.getLast().listId()))
            : small.getFirst();
    return expansion.nodes().size() + expansion.members().size();
  }

  /** Returns how long the daemon waits for the answer about an address of a kind, in ms. */
  Series asked(Site.Kind kind) {
    return asked.getOrDefault(kind, Series.of(Double.NaN));
  }

  /** Returns the results, a row for each kind. */
  Table table() {
    Table table =
        new Table(
            List.of(
                "look-up without a cache",
                "in PostgreSQL, median ms",
                "p99",
                "as the daemon asks, median ms",
                "p99"));
    for (Site.Kind kind : Site.Kind.values()) {
      Series alone = inside.getOrDefault(kind, Series.of(Double.NaN));
      table.row(
          List.of(
              kind.toString(),
              number(alone.median()),
              number(alone.quantile(0.99)),
              number(asked(kind).median()),
              number(asked(kind).quantile(0.99))));
    }
    return table;
  }

  private static String number(double millis) {
    return String.format(Locale.ROOT, "%.3f", millis);
  }
}
