package io.authserver.admin.cli;

import io.authserver.admin.dns.DnsAccess;
import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.Occasion;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseSettings;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.signing.WrappingKeyException;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.smtp.daemon.Setting;
import io.authserver.smtp.daemon.SettingTypes;
import io.authserver.smtp.daemon.Settings;
import io.authserver.smtp.daemon.SettingsTable;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one call of the command line works with. Used by one thread. */
public final class Context implements AutoCloseable {
  // Optional here, because not every command asks the database.
  private static final Setting<DatabaseUrl> DATABASE_URL = DatabaseSettings.url().optional();
  private static final Setting<List<Path>> WRAPPING_KEY_FILE =
      Setting.secretFile(
              "AUTHSERVER_WRAPPING_KEY_FILE",
              SettingTypes.list(SettingTypes.path()),
              "the key, two during a change, under which private keys are stored")
          .optional();
  private static final String ENV_DIR = "--env-dir";
  private static final SettingsTable TABLE =
      SettingsTable.of("authserver", List.of(DATABASE_URL, WRAPPING_KEY_FILE));

  private final Map<String, String> environment;
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final @Nullable Terminal terminal;
  private final Clock clock;
  private final DnsAccess dns;
  private final List<String> flags = new ArrayList<>();
  private @Nullable Settings settings;
  private @Nullable AdminDatabase database;
  private @Nullable AuthDatabase pool;

  /**
   * Makes the context of one call.
   *
   * @param environment the environment variables
   * @param terminal where a person can be asked, or null
   */
  public Context(
      Map<String, String> environment,
      InputStream in,
      PrintStream out,
      PrintStream err,
      @Nullable Terminal terminal,
      Clock clock) {
    this(environment, in, out, err, terminal, clock, DnsAccess.ofSystem());
  }

  /**
   * Makes the context of one call, with other name servers than this machine's and the world's.
   *
   * @param dns whom look-ups ask
   */
  public Context(
      Map<String, String> environment,
      InputStream in,
      PrintStream out,
      PrintStream err,
      @Nullable Terminal terminal,
      Clock clock,
      DnsAccess dns) {
    this.environment = Map.copyOf(environment);
    this.in = in;
    this.out = out;
    this.err = err;
    this.terminal = terminal;
    this.clock = clock;
    this.dns = dns;
  }

  /** Takes a flag that all commands share. */
  public void addFlag(String flag, String value) {
    flags.add(flag + "=" + value);
  }

  /** Returns standard input. */
  public InputStream in() {
    return in;
  }

  /** Returns standard output, for data. */
  public PrintStream out() {
    return out;
  }

  /** Returns standard error, for messages. */
  public PrintStream err() {
    return err;
  }

  /** Returns where a person can be asked, or null. */
  public @Nullable Terminal terminal() {
    return terminal;
  }

  /** Returns the clock. */
  public Clock clock() {
    return clock;
  }

  /** Returns whom look-ups in DNS ask. */
  public DnsAccess dns() {
    return dns;
  }

  /** Returns now and who calls, for what is recorded. */
  public Occasion occasion() {
    // sudo changes the user; who asked it to is of interest.
    String sudoUser = environment.get("SUDO_USER");
    return new Occasion(
        clock.instant(), sudoUser == null ? System.getProperty("user.name", "") : sudoUser);
  }

  /**
   * Returns where the database is.
   *
   * @throws UsageException where that is not said, or not rightly
   */
  public DatabaseUrl databaseUrl() throws UsageException {
    return settings()
        .find(DATABASE_URL)
        .orElseThrow(
            () ->
                new UsageException(
                    "DATABASE_URL must be set, such as postgresql://user:password@host/name"
                        + " (or DATABASE_URL_FILE, --env-dir, --database-url)"));
  }

  /** Returns whether the settings name a database. */
  public boolean hasDatabase() throws UsageException {
    return settings().find(DATABASE_URL).isPresent();
  }

  /** Returns the auth database, connected on the first call. */
  public AdminDatabase database() throws AuthDatabaseException, UsageException {
    AdminDatabase open = database;
    if (open == null) {
      open = AdminDatabase.open(databaseUrl());
      database = open;
    }
    return open;
  }

  /** Returns the auth database as a daemon asks it, opened on the first call. */
  public AuthDatabase pool() throws AuthDatabaseException, UsageException {
    AuthDatabase open = pool;
    if (open == null) {
      // A pool tries again and again where nothing listens; one connection says so at once.
      AdminDatabase _ = database();
      open = AuthDatabase.open(AuthDatabase.Settings.forCommand(databaseUrl(), "authserver"));
      pool = open;
    }
    return open;
  }

  /** Returns whether the setting names wrapping keys. */
  public boolean hasWrappingKeys() throws UsageException {
    return settings().find(WRAPPING_KEY_FILE).isPresent();
  }

  /** Returns the wrapping keys. */
  public WrappingKeys wrappingKeys() throws WrappingKeyException, UsageException {
    List<Path> files =
        settings()
            .find(WRAPPING_KEY_FILE)
            .orElseThrow(
                () ->
                    new UsageException(
                        "AUTHSERVER_WRAPPING_KEY_FILE must name the wrapping key's file (or"
                            + " --wrapping-key-file); authserver wrapping-key create makes one"));
    return WrappingKeys.load(files);
  }

  /**
   * Reads settings of a daemon as it would read them itself: environment, {@code NAME_FILE}, {@code
   * --env-dir}, credential, default.
   *
   * @throws UsageException with every problem that was found
   */
  public Settings settings(SettingsTable table) throws UsageException {
    return settings(table, Map.of());
  }

  /**
   * Reads settings that one command alone has, by the same rules.
   *
   * @param more environment variables besides, and before, those of the process
   * @throws UsageException with every problem that was found
   */
  public Settings settings(SettingsTable table, Map<String, String> more) throws UsageException {
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(more);
    Settings read =
        Settings.read(
            table, flags.stream().filter(flag -> flag.startsWith(ENV_DIR + "=")).toList(), all);
    if (!read.problems().isEmpty()) {
      throw new UsageException(String.join(System.lineSeparator(), read.problems()));
    }
    return read;
  }

  private Settings settings() throws UsageException {
    Settings read = settings;
    if (read == null) {
      read = Settings.read(TABLE, flags, environment);
      settings = read;
    }
    if (!read.problems().isEmpty()) {
      throw new UsageException(String.join(System.lineSeparator(), read.problems()));
    }
    return read;
  }

  @Override
  public void close() throws AuthDatabaseException {
    AuthDatabase asked = pool;
    if (asked != null) {
      asked.close();
    }
    AdminDatabase open = database;
    if (open != null) {
      open.close();
    }
  }
}
