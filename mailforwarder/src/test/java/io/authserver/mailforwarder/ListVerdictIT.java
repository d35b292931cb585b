package io.authserver.mailforwarder;

import static io.authserver.mailforwarder.Envelopes.recipient;
import static io.authserver.mailforwarder.Envelopes.sender;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.alias.Expansion;
import io.authserver.db.alias.JdbcResolutionStore;
import io.authserver.db.alias.JdbcSrsTokenStore;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.alias.ResolutionStore;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.testing.TestDatabase;
import io.authserver.mailforwarder.fanout.Rehearsal;
import io.authserver.mailforwarder.resolve.Decider;
import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.mailforwarder.resolve.Target;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsSecret;
import io.authserver.smtp.message.MemoryBudget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What is stored about lists is what mailforwarder decides, whatever changes.
 *
 * <p>Random sites of lists within lists, users, blocks, redirects, catch-alls, circles and
 * deactivated things, with a limit that lists are around; after each random change of any table the
 * verdict of every list is compared with the decision about mail for it.
 */
final class ListVerdictIT {
  private static final int SITES = 8;
  private static final int CHANGES = 70;
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final String PROBE = "@probe.example";
  private static final List<String> DOMAINS =
      List.of("d0.example", "d1.example", "r0.example", "r1.example", "c0.example", "out.example");

  /** Redirects one after the other, more than are followed from the first. */
  private static final String CHAIN =
      "INSERT INTO authserver.domain (name, redirect_to) SELECT 'k' || g || '.example', 'k' || g +"
          + " 1 || '.example' FROM generate_series(1, 12) g";

  private static final List<String> NAMES =
      List.of("u0", "u1", "u2", "l0", "l1", "l2", "l3", "l4", "bad", "l1+x", "u-0", "-x", "l2-y+z");

  private final Decider decider = new Decider(new Srs(List.of(SrsSecret.of("s"))), null);

  /** Of the lists by id, as if an address led to each; of all else what the database says. */
  private static final class Probing implements ResolutionStore {
    private final ResolutionStore store;

    Probing(ResolutionStore store) {
      this.store = store;
    }

    @Override
    public Map<String, List<ResolutionStep>> route(
        Collection<String> addresses, Consumer<Expansion> small) throws AuthDatabaseException {
      Map<String, List<ResolutionStep>> routes = new HashMap<>();
      for (String address : addresses) {
        long list =
            address.matches("[0-9]+@.*")
                ? Long.parseLong(address.substring(0, address.indexOf('@')))
                : -1;
        routes.put(
            address,
            list < 0
                ? store.route(List.of(address)).get(address)
                : List.of(
                    new ResolutionStep(
                        address,
                        io.authserver.db.alias.Decision.LIST,
                        0L,
                        "probe.example",
                        Long.toString(list),
                        list,
                        "probe",
                        null,
                        null,
                        null,
                        null,
                        false)));
      }
      return routes;
    }

    @Override
    public Expansion expand(long listId) throws AuthDatabaseException {
      return store.expand(listId);
    }
  }

  @Test
  void theStoredVerdictIsWhatIsDecidedAfterEveryChange() throws Exception {
    Map<String, Integer> seen = new TreeMap<>();
    for (int seed = 0; seed < SITES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<String> history = new ArrayList<>();
      try (TestDatabase database = TestDatabase.create();
          Connection admin = connect(database.adminUrl());
          Statement statement = admin.createStatement()) {
        Oracle oracle = new Oracle(database);
        change(statement, CHAIN, history);
        for (int i = 0; i < 60; i++) {
          change(statement, grow(random), history);
        }
        for (int i = 0; i < CHANGES; i++) {
          boolean several = random.nextInt(4) == 0;
          admin.setAutoCommit(!several);
          for (int j = several ? random.nextInt(5) : 0; j >= 0; j--) {
            if (several) {
              statement.execute("SAVEPOINT s");
            }
            if (!change(statement, changed(random), history) && several) {
              statement.execute("ROLLBACK TO SAVEPOINT s");
            }
          }
          if (several) {
            admin.commit();
            admin.setAutoCommit(true);
          }
          int at = seed;
          oracle.compare(statement, seen, () -> "seed " + at + "\n" + String.join(";\n", history));
        }
      }
    }
    assertEquals(
        Set.of("ok", "empty", "nowhere", "blocked", "inactive", "circle", "too_large", "too_deep"),
        seen.keySet(),
        seen.toString());
  }

  /** Two who do not see each other's rows would each judge by half of what there is. */
  @Test
  void writersAtTheSameTimeLeaveVerdictsThatHold() throws Exception {
    Map<String, Integer> seen = new TreeMap<>();
    int done = 0;
    try (TestDatabase database = TestDatabase.create();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection admin = connect(database.adminUrl());
        Statement statement = admin.createStatement()) {
      SplittableRandom random = new SplittableRandom(7);
      for (int i = 0; i < 80; i++) {
        change(statement, grow(random), new ArrayList<>());
      }
      for (int round = 0; round < 5; round++) {
        List<Future<Integer>> writers = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
          SplittableRandom own = random.split();
          boolean snapshot = writer == 3;
          Callable<Integer> work = () -> write(database, own, snapshot);
          writers.add(threads.submit(work));
        }
        for (Future<Integer> writer : writers) {
          done += writer.get();
        }
        new Oracle(database).compare(statement, seen, () -> "after writers at the same time");
      }
    }
    assertTrue(done > 50, "transactions that were committed: " + done);
  }

  private static int write(TestDatabase database, SplittableRandom random, boolean snapshot)
      throws Exception {
    int done = 0;
    try (Connection admin = connect(database.adminUrl());
        Statement statement = admin.createStatement()) {
      admin.setAutoCommit(false);
      if (snapshot) {
        admin.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      }
      for (int i = 0; i < 20; i++) {
        boolean sound = true;
        for (int j = random.nextInt(3); j >= 0 && sound; j--) {
          sound = change(statement, changed(random), new ArrayList<>());
        }
        try {
          if (sound) {
            admin.commit();
            done++;
          } else {
            admin.rollback();
          }
        } catch (SQLException e) {
          admin.rollback();
        }
      }
    }
    return done;
  }

  /** A password is changed and a login made while somebody else changes lists. */
  @Test
  void whoChangesAPasswordDoesNotWait() throws Exception {
    try (TestDatabase database = TestDatabase.create();
        Connection first = connect(database.adminUrl());
        Connection second = connect(database.adminUrl());
        Statement lists = first.createStatement();
        Statement users = second.createStatement()) {
      users.execute("INSERT INTO authserver.mail_user (identifier) VALUES ('u0')");
      users.execute("SET lock_timeout = '100ms'");
      first.setAutoCommit(false);
      lists.execute("INSERT INTO authserver.mailing_list (name) VALUES ('l')");
      users.execute("UPDATE authserver.mail_user SET password = '$5$s$h', staff = true");
      users.execute("INSERT INTO authserver.mail_user (identifier) VALUES ('u1')");
      assertTrue(
          !change(
              users, "INSERT INTO authserver.mailing_list (name) VALUES ('m')", new ArrayList<>()));
      first.commit();
      assertTrue(
          change(
              users, "INSERT INTO authserver.mailing_list (name) VALUES ('m')", new ArrayList<>()));
    }
  }

  /** Compares what is stored with what is decided. */
  private final class Oracle {
    private final Rehearsal rehearsal;

    Oracle(TestDatabase database) {
      AuthDatabase pool = database.open(database.forwarderUrl());
      rehearsal =
          new Rehearsal(
              new Probing(new JdbcResolutionStore(pool, new MemoryBudget(64 << 20))),
              new JdbcSrsTokenStore(pool, InstantSource.fixed(NOW)),
              new FakeAuthors(),
              decider);
    }

    void compare(
        Statement statement, Map<String, Integer> seen, java.util.function.Supplier<String> why)
        throws Exception {
      Map<Long, String> stored = new TreeMap<>();
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT l.id, v.verdict FROM authserver.mailing_list l LEFT JOIN"
                  + " authserver.list_verdict v ON v.list_id = l.id")) {
        while (rows.next()) {
          stored.put(rows.getLong(1), String.valueOf(rows.getString(2)));
        }
      }
      int most;
      try (ResultSet row = statement.executeQuery("SELECT max_targets FROM authserver.site")) {
        row.next();
        most = row.getInt(1);
      }
      for (Map.Entry<Long, String> list : stored.entrySet()) {
        String verdict = list.getValue();
        Set<String> expected = expected(list.getKey(), most);
        assertTrue(
            expected.contains(verdict),
            () -> "list " + list.getKey() + ": " + verdict + ", not " + expected + " " + why.get());
        seen.merge(verdict, 1, Integer::sum);
      }
      try (ResultSet rows =
          statement.executeQuery("SELECT count(*) FROM authserver.doctor_verdicts(10)")) {
        rows.next();
        assertEquals(0, rows.getInt(1), why);
      }
    }

    private Set<String> expected(long list, int most) throws AuthDatabaseException {
      Rehearsal.Outcome outcome =
          rehearsal.of(
              new Rehearsal.Question(
                  sender("x@stranger.example"),
                  recipient(list + PROBE),
                  Optional.empty(),
                  Envelopes.ENTRANCE,
                  false,
                  most,
                  NOW));
      Expansion expansion = outcome.resolution().orElseThrow().expansion();
      return switch (outcome.decision()) {
        case Decision.Forward forward -> {
          Set<String> alive = new HashSet<>();
          for (Expansion.Member member : expansion.members()) {
            if (member.decision() == io.authserver.db.alias.Decision.USER
                || member.decision() == io.authserver.db.alias.Decision.FOREIGN) {
              alive.add(member.finalAddress());
            }
          }
          boolean takes =
              forward.targets().stream()
                  .anyMatch(
                      target ->
                          target instanceof Target.Send send
                              && alive.contains(send.finalAddress()));
          yield takes ? Set.of("ok") : Set.of("nowhere", "blocked", "inactive");
        }
        case Decision.Drop _ -> Set.of("blocked");
        case Decision.Refuse refuse ->
            switch (refuse.reason()) {
              case "list_over_max_targets", "list_over_max_steps" -> Set.of("too_large");
              case "over_max_redirects" -> Set.of("too_deep");
              case "no_members" ->
                  Set.of(
                      expansion.members().isEmpty() && expansion.nodes().isEmpty()
                          ? "empty"
                          : "nowhere");
              default -> Set.of(refuse.reason());
            };
        case Decision.PassOn _ -> Set.of();
      };
    }
  }

  private static boolean change(Statement statement, String sql, List<String> history) {
    try {
      statement.execute(sql);
      history.add(sql);
      return true;
    } catch (SQLException e) {
      // A constraint does not want it so: the next one.
      return false;
    }
  }

  private static Connection connect(String url) throws Exception {
    return DatabaseUrl.parse(url)
        .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(30));
  }

  private static String pick(SplittableRandom random, List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static String id(SplittableRandom random, String table, String key) {
    return "(SELECT x."
        + key
        + " FROM authserver."
        + table
        + " x WHERE x::text NOT LIKE '%,k%.example,%'"
        + " ORDER BY md5(x."
        + key
        + "::text || '"
        + random.nextInt(1000)
        + "') LIMIT 1)";
  }

  private static String address(SplittableRandom random) {
    String extension =
        switch (random.nextInt(6)) {
          case 0 -> "+e";
          case 1 -> "-e+f";
          default -> "";
        };
    String name = pick(random, NAMES) + extension;
    String cased = random.nextInt(5) == 0 ? name.toUpperCase(java.util.Locale.ROOT) : name;
    return cased
        + "@"
        + switch (random.nextInt(16)) {
          case 0 -> "far.example";
          case 1 -> "k" + (1 + random.nextInt(4)) + ".example";
          default -> pick(random, DOMAINS);
        };
  }

  private static String domain(SplittableRandom random) {
    String where =
        switch (random.nextInt(4)) {
          case 0 -> "'" + pick(random, DOMAINS) + "', NULL";
          case 1 -> "NULL, '" + address(random) + "'";
          default -> "NULL, NULL";
        };
    return "INSERT INTO authserver.domain (name, redirect_to, catch_all) VALUES ('"
        + pick(random, DOMAINS)
        + "', "
        + where
        + ")";
  }

  private static String alias(SplittableRandom random) {
    String target =
        switch (random.nextInt(6)) {
          case 0 -> "NULL, NULL, '" + pick(random, List.of("reject", "drop", "defer")) + "'";
          case 1, 2 -> id(random, "mail_user", "id") + ", NULL, NULL";
          default -> "NULL, " + id(random, "mailing_list", "id") + ", NULL";
        };
    return "INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)"
        + " VALUES ("
        + id(random, "domain", "id")
        + ", '"
        + pick(random, NAMES)
        + "', "
        + target
        + ")";
  }

  private static String member(SplittableRandom random) {
    return "INSERT INTO authserver.mailing_list_address (list_id, address) VALUES ("
        + id(random, "mailing_list", "id")
        + ", '"
        + address(random)
        + "')";
  }

  private static String mailbox(SplittableRandom random) {
    return "UPDATE authserver.mail_user u SET delivery_mailbox_id = (SELECT a.id FROM"
        + " authserver.email_alias a WHERE a.user_id = u.id ORDER BY md5(a.id::text || '"
        + random.nextInt(1000)
        + "') LIMIT 1) WHERE u.id = "
        + id(random, "mail_user", "id");
  }

  private static String grow(SplittableRandom random) {
    return switch (random.nextInt(10)) {
      case 0, 1 -> domain(random);
      case 2 ->
          "INSERT INTO authserver.mail_user (identifier) VALUES ('u" + random.nextInt(4) + "')";
      case 3 -> "INSERT INTO authserver.mailing_list (name) VALUES ('l" + random.nextInt(6) + "')";
      case 4, 5 -> alias(random);
      case 6 -> mailbox(random);
      default -> member(random);
    };
  }

  /** One change of one of the tables. */
  private static String changed(SplittableRandom random) {
    String flip = "NOT active WHERE id = ";
    return switch (random.nextInt(32)) {
      case 0, 1, 2 -> member(random);
      case 3, 4 ->
          "DELETE FROM authserver.mailing_list_address WHERE id = "
              + id(random, "mailing_list_address", "id");
      case 5 ->
          "UPDATE authserver.mailing_list_address SET address = '"
              + address(random)
              + "' WHERE id = "
              + id(random, "mailing_list_address", "id");
      case 6 ->
          "UPDATE authserver.mailing_list_address SET list_id = "
              + id(random, "mailing_list", "id")
              + " WHERE id = "
              + id(random, "mailing_list_address", "id");
      case 7, 8, 9 -> alias(random);
      case 10, 11 ->
          "DELETE FROM authserver.email_alias WHERE id = " + id(random, "email_alias", "id");
      case 12 ->
          "UPDATE authserver.email_alias SET blocked = "
              + pick(random, List.of("NULL", "NULL", "'reject'", "'drop'", "'defer'"))
              + " WHERE id = "
              + id(random, "email_alias", "id");
      case 13 ->
          "UPDATE authserver.email_alias SET user_id = NULL, list_id = "
              + id(random, "mailing_list", "id")
              + " WHERE id = "
              + id(random, "email_alias", "id");
      case 14 ->
          "UPDATE authserver.email_alias SET local_part = '"
              + pick(random, NAMES)
              + "' WHERE id = "
              + id(random, "email_alias", "id");
      case 15 ->
          "UPDATE authserver.email_alias SET domain_id = "
              + id(random, "domain", "id")
              + " WHERE id = "
              + id(random, "email_alias", "id");
      case 16 -> "UPDATE authserver.mail_user SET active = " + flip + id(random, "mail_user", "id");
      case 17, 18 -> mailbox(random);
      case 19 -> "DELETE FROM authserver.mail_user WHERE id = " + id(random, "mail_user", "id");
      case 20 ->
          "INSERT INTO authserver.mail_user (identifier) VALUES ('u" + random.nextInt(4) + "')";
      case 21 ->
          "UPDATE authserver.mailing_list SET active = " + flip + id(random, "mailing_list", "id");
      case 22 ->
          "UPDATE authserver.mailing_list SET owner_id = "
              + id(random, "mail_user", "id")
              + " WHERE id = "
              + id(random, "mailing_list", "id");
      case 23 ->
          random.nextInt(3) == 0
              ? "DELETE FROM authserver.mailing_list WHERE id = " + id(random, "mailing_list", "id")
              : "INSERT INTO authserver.mailing_list (name) VALUES ('l" + random.nextInt(9) + "')";
      case 24 -> "UPDATE authserver.domain SET active = " + flip + id(random, "domain", "id");
      case 25 ->
          "UPDATE authserver.domain SET catch_all = NULL, redirect_to = '"
              + pick(random, DOMAINS)
              + "' WHERE id = "
              + id(random, "domain", "id");
      case 26 ->
          "UPDATE authserver.domain SET redirect_to = NULL, catch_all = '"
              + address(random)
              + "' WHERE id = "
              + id(random, "domain", "id");
      case 27 ->
          "UPDATE authserver.domain SET redirect_to = NULL, catch_all = NULL WHERE id = "
              + id(random, "domain", "id");
      case 28 -> domain(random);
      case 29 -> "DELETE FROM authserver.domain WHERE id = " + id(random, "domain", "id");
      case 30 -> "UPDATE authserver.site SET max_targets = " + (2 + random.nextInt(8));
      default ->
          random.nextInt(6) == 0
              ? "INSERT INTO authserver.mailing_list_address (list_id, address) SELECT l.id, 'm' ||"
                  + " g || '@far.example' FROM authserver.mailing_list l, generate_series(1, 7) g"
                  + " ON CONFLICT DO NOTHING"
              : member(random);
    };
  }
}
