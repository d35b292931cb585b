package io.authserver.bench;

import io.authserver.db.pool.DatabaseUrl;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What each call of the stored-procedure API costs at a million aliases: as table-postgres and
 * Dovecot ask, with a login role of the API, one connection and a prepared statement, one call
 * after the other.
 */
final class SpapiBench {
  private static final double AIM = 5_000;

  /** How a call is written, and what it is asked with. */
  private record Question(String name, String sql, Asked asked, boolean hasRows) {}

  /** What a question is asked with, for any number that is not negative. */
  private interface Asked {
    String key(Site site, int seed);
  }

  private static final String COMPOSED =
      "SELECT c.primary_alias, c.password FROM authserver_resolve_alias(?, FALSE) AS r,"
          + " authserver_get_credentials(r.alias) AS c";

  private final Extent extent;
  private final Path root;
  private final PrintStream out;
  private final PrintStream err;

  SpapiBench(Extent extent, Path root, PrintStream out, PrintStream err) {
    this.extent = extent;
    this.root = root;
    this.out = out;
    this.err = err;
  }

  private static List<Question> questions() {
    String resolve = "SELECT * FROM authserver_resolve_alias(?, ";
    Asked user = (site, seed) -> site.address(Site.Kind.USER, seed);
    Asked extension = (site, seed) -> site.address(Site.Kind.EXTENSION, seed);
    Asked unknown = (site, seed) -> site.address(Site.Kind.UNKNOWN, seed);
    Asked service = (site, seed) -> "device" + (1 + seed % site.users());
    return List.of(
        new Question(
            "`check_domain`, ours",
            "SELECT * FROM authserver_check_domain(?)",
            (site, seed) -> "d" + (1 + seed % site.domains()) + ".example",
            true),
        new Question("`resolve_alias` TRUE, user", resolve + "TRUE)", user, true),
        new Question("`resolve_alias` TRUE, with an extension", resolve + "TRUE)", extension, true),
        new Question("`resolve_alias` TRUE, nobody", resolve + "TRUE)", unknown, false),
        new Question(
            "`resolve_alias` FALSE, list",
            resolve + "FALSE)",
            (site, seed) -> site.address(Site.Kind.LIST, seed),
            true),
        new Question(
            "`resolve_alias` FALSE, by a redirect",
            resolve + "FALSE)",
            (site, seed) -> site.address(Site.Kind.REDIRECT, seed),
            true),
        new Question("`resolve_alias` FALSE, service user", resolve + "FALSE)", service, true),
        new Question(
            "`get_credentials`, user", "SELECT * FROM authserver_get_credentials(?)", user, true),
        new Question(
            "`get_credentials`, service user",
            "SELECT * FROM authserver_get_credentials(?)",
            service,
            true),
        new Question(
            "`get_credentials` with a permission",
            "SELECT * FROM authserver_get_credentials(?, 'mail')",
            user,
            true),
        new Question("both composed, user", COMPOSED, user, true),
        new Question(
            "`sender_addresses`, user",
            "SELECT * FROM authserver_sender_addresses(?)",
            user,
            true));
  }

  void run() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("authserver-bench-");
    try (BenchDatabase database = BenchDatabase.start(folder)) {
      Site site = extent.site();
      err.println("making " + site.aliases() + " aliases");
      fill(database, site);
      String url = database.loginRole("bench_api", "authserver_api");
      Table table =
          new Table(
              List.of(
                  "call",
                  "calls",
                  "CPU µs of the backend a call",
                  "calls a second of one core",
                  "µs as the client sees it, median",
                  "5,000 a second"));
      int calls = site.users() < 1_000 ? 200 : 20_000;
      for (Question question : questions()) {
        err.println(question.name());
        table.row(measure(url, site, question, calls));
      }
      out.println(Machine.describe(root) + " " + database.version() + ".");
      out.println();
      out.printf(
          Locale.ROOT,
          "%,d aliases, %,d users, %,d domains; one connection, one call after the other.%n%n",
          site.aliases(),
          site.users(),
          site.domains());
      out.println(table);
    } finally {
      Folders.delete(folder);
    }
  }

  private static void fill(BenchDatabase database, Site site) throws IOException {
    for (String sql : site.statements()) {
      database.execute(sql);
    }
    database.execute(
        "UPDATE authserver.mail_user SET password = '$5$rounds=535000$salt$' || repeat('x', 43)",
        "INSERT INTO authserver.service_user (user_id, username, password)"
            + " SELECT id, replace(identifier, 'user', 'device'), '$5$salt$x'"
            + " FROM authserver.mail_user",
        "INSERT INTO authserver.permission (name) VALUES ('mail'), ('vpn')",
        "INSERT INTO authserver.user_group (name) VALUES ('staff')",
        "INSERT INTO authserver.user_group_permission (group_id, permission_id) VALUES (1, 1)",
        "INSERT INTO authserver.user_group_member (group_id, user_id)"
            + " SELECT 1, id FROM authserver.mail_user",
        "VACUUM ANALYZE");
  }

  private static List<String> measure(String url, Site site, Question question, int calls)
      throws IOException {
    Random random = new Random(question.name().hashCode());
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      keys.add(question.asked().key(site, random.nextInt(Integer.MAX_VALUE)));
    }
    try (Connection connection =
            DatabaseUrl.parse(url)
                .connect("bench", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(60));
        Statement statement = connection.createStatement();
        PreparedStatement call = connection.prepareStatement(question.sql())) {
      long pid;
      try (ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
        row.next();
        pid = row.getLong(1);
      }
      ProcessStat backend = new ProcessStat(pid);
      // Once to read what is asked into memory, to prepare and to plan; once to measure.
      ask(call, keys, question.hasRows());
      double before = backend.cpuMillis();
      double[] micros = ask(call, keys, question.hasRows());
      double cpuMicros = (backend.cpuMillis() - before) * 1000 / calls;
      double rate = cpuMicros == 0 ? Double.POSITIVE_INFINITY : 1_000_000 / cpuMicros;
      return List.of(
          question.name(),
          String.format(Locale.ROOT, "%,d", calls),
          String.format(Locale.ROOT, "%.0f", cpuMicros),
          String.format(Locale.ROOT, "%,.0f", rate),
          String.format(Locale.ROOT, "%.0f", Series.of(micros).median()),
          rate >= AIM ? "met" : "missed");
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  private static double[] ask(PreparedStatement call, List<String> keys, boolean hasRows)
      throws SQLException, IOException {
    double[] micros = new double[keys.size()];
    for (int i = 0; i < micros.length; i++) {
      call.setString(1, keys.get(i));
      long began = System.nanoTime();
      boolean found;
      try (ResultSet rows = call.executeQuery()) {
        found = rows.next();
      }
      micros[i] = (System.nanoTime() - began) / 1000.0;
      if (found != hasRows) {
        throw new BenchFailure(keys.get(i) + " has " + (found ? "a row" : "no row"));
      }
    }
    return micros;
  }
}
