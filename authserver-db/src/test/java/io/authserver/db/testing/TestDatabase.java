package io.authserver.db.testing;

import io.authserver.db.migrate.Bootstrap;
import io.authserver.db.migrate.MigrationRunner;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.DatabaseUrl;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fresh, migrated auth database for a test, in one PostgreSQL of each kind for the whole JVM,
 * started with the first database in it.
 *
 * <p>Its login roles {@code test_admin}, {@code test_signer}, {@code test_forwarder} and {@code
 * test_api} are members of the roles of the product and nothing else; {@code test_nobody} is a
 * member of none.
 */
public final class TestDatabase implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final String TEMPLATE = "authserver_template";
  private static final String PASSWORD = "s3cret-of-the-test";

  private final String name;
  private final int port;
  private final List<AutoCloseable> opened = new ArrayList<>();

  private TestDatabase(String name, int port) {
    this.name = name;
    this.port = port;
  }

  /** Makes the template of all databases, and the login roles, in a new server. */
  static void prepare(int port) throws IOException {
    execute(superuserUrl(port, "postgres"), "CREATE DATABASE " + TEMPLATE);
    DatabaseUrl template = superuserUrl(port, TEMPLATE);
    Bootstrap.run(template);
    new MigrationRunner(template).migrate();
    for (String role : List.of("admin", "signer", "forwarder", "api")) {
      execute(
          template,
          "CREATE ROLE test_" + role + " LOGIN PASSWORD '" + PASSWORD + "'",
          "GRANT authserver_" + role + " TO test_" + role);
    }
    execute(template, "CREATE ROLE test_nobody LOGIN PASSWORD '" + PASSWORD + "'");
  }

  /** Makes a database with the newest schema and no rows. */
  public static TestDatabase create() {
    return create(TestPostgres.BUNDLED);
  }

  /** As {@link #create()}, in another server. */
  public static TestDatabase create(TestPostgres server) {
    return empty(server, "TEMPLATE " + TEMPLATE);
  }

  /** Makes a database without the schema. Roles belong to the server, so those exist. */
  public static TestDatabase createWithoutSchema() {
    return createWithoutSchema(TestPostgres.BUNDLED);
  }

  /** As {@link #createWithoutSchema()}, in another server. */
  public static TestDatabase createWithoutSchema(TestPostgres server) {
    return empty(server, "");
  }

  /** Makes a database without the schema, as these options of CREATE DATABASE have it. */
  public static TestDatabase createWithoutSchema(TestPostgres server, String options) {
    return empty(server, options);
  }

  private static TestDatabase empty(TestPostgres server, String options) {
    int port = server.port();
    String name = "test_" + NUMBER.incrementAndGet();
    execute(superuserUrl(port, "postgres"), "CREATE DATABASE " + name + " " + options);
    return new TestDatabase(name, port);
  }

  /** URL of a superuser, as DATABASE_URL. */
  public String superuserUrl() {
    return url("postgres");
  }

  /** URL of a member of authserver_admin. */
  public String adminUrl() {
    return url("test_admin");
  }

  /** URL of a member of authserver_signer. */
  public String signerUrl() {
    return url("test_signer");
  }

  /** URL of a member of authserver_forwarder. */
  public String forwarderUrl() {
    return url("test_forwarder");
  }

  /** URL of a member of authserver_api. */
  public String apiUrl() {
    return url("test_api");
  }

  /** URL of a role without any right. */
  public String nobodyUrl() {
    return url("test_nobody");
  }

  private String url(String user) {
    return "postgresql://" + user + ":" + PASSWORD + "@127.0.0.1:" + port + "/" + name;
  }

  /**
   * Puts a door before the server that can be shut and opened again, for tests of a database that
   * goes away. Closed with this object.
   */
  public DatabaseDoor door() {
    return door(new CountDownLatch(0));
  }

  /** As {@link #door()}, but the server's answers wait until the latch is at zero. */
  public DatabaseDoor door(CountDownLatch answers) {
    try {
      DatabaseDoor door = new DatabaseDoor(port, answers);
      opened.add(door);
      return door;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Opens a pool as a daemon has it. Closed with this object. */
  public AuthDatabase open(String url) {
    AuthDatabase database =
        AuthDatabase.open(AuthDatabase.Settings.forDaemon(DatabaseUrl.parse(url), "test"));
    opened.add(database);
    return database;
  }

  /** Executes SQL as a superuser. */
  public void execute(String... statements) {
    execute(DatabaseUrl.parse(superuserUrl()), statements);
  }

  private static void execute(DatabaseUrl url, String... statements) {
    try (Connection connection =
            url.connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(30));
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static DatabaseUrl superuserUrl(int port, String database) {
    return DatabaseUrl.parse("postgresql://postgres@127.0.0.1:" + port + "/" + database);
  }

  /** Closes what was opened here and drops the database. */
  @Override
  public void close() {
    try {
      for (AutoCloseable resource : opened.reversed()) {
        resource.close();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    execute(superuserUrl(port, "postgres"), "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
  }
}
