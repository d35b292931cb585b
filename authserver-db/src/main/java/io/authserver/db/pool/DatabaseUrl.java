package io.authserver.db.pool;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Where the database is and who asks: DATABASE_URL as libpq and Django write it ({@code
 * postgresql://user:password@host:5432,other/name?sslmode=verify-full}) or as {@code
 * jdbc:postgresql:}. Its text form hides the password.
 */
public final class DatabaseUrl {
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9A-Fa-f:.%]+\\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");

  /** libpq's parameters and pgjdbc's names for them. */
  private static final Map<String, PGProperty> PARAMETERS =
      Map.ofEntries(
          Map.entry("user", PGProperty.USER),
          Map.entry("password", PGProperty.PASSWORD),
          Map.entry("sslmode", PGProperty.SSL_MODE),
          Map.entry("sslrootcert", PGProperty.SSL_ROOT_CERT),
          Map.entry("sslcert", PGProperty.SSL_CERT),
          Map.entry("sslkey", PGProperty.SSL_KEY),
          Map.entry("sslpassword", PGProperty.SSL_PASSWORD),
          Map.entry("sslnegotiation", PGProperty.SSL_NEGOTIATION),
          Map.entry("channel_binding", PGProperty.CHANNEL_BINDING),
          Map.entry("gssencmode", PGProperty.GSS_ENC_MODE),
          Map.entry("krbsrvname", PGProperty.KERBEROS_SERVER_NAME),
          Map.entry("connect_timeout", PGProperty.CONNECT_TIMEOUT),
          Map.entry("application_name", PGProperty.APPLICATION_NAME),
          Map.entry("options", PGProperty.OPTIONS));

  private static final Map<String, String> TARGETS =
      Map.of(
          "any", "any",
          "read-write", "primary",
          "primary", "primary",
          "read-only", "secondary",
          "standby", "secondary",
          "prefer-standby", "preferSecondary");

  private static final List<String> SSL_MODES =
      List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

  private final String jdbcUrl;
  private final Properties properties;
  private final String shown;
  private final boolean severalHosts;

  private DatabaseUrl(String jdbcUrl, Properties properties, String shown, boolean severalHosts) {
    this.jdbcUrl = jdbcUrl;
    this.properties = properties;
    this.shown = shown;
    this.severalHosts = severalHosts;
  }

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException with one line that says what is wrong and shows nothing of the
   *     URL but the names of its parts
   */
  public static DatabaseUrl parse(String url) {
    String text = url.strip();
    if (text.startsWith("jdbc:")) {
      return parseJdbc(text);
    }
    int scheme = text.indexOf("://");
    if (scheme < 0 || !(text.startsWith("postgres://") || text.startsWith("postgresql://"))) {
      throw malformed("it has to begin with postgres://, postgresql:// or jdbc:postgresql:");
    }
    String rest = text.substring(scheme + 3);
    if (rest.indexOf('#') >= 0) {
      throw malformed("it has a # that is not written as %23");
    }
    Properties properties = new Properties();
    String query = "";
    int question = rest.indexOf('?');
    if (question >= 0) {
      query = rest.substring(question + 1);
      rest = rest.substring(0, question);
    }
    String database = "";
    int slash = rest.indexOf('/');
    if (slash >= 0) {
      database = decode(rest.substring(slash + 1), "database name");
      rest = rest.substring(0, slash);
    }
    int at = rest.lastIndexOf('@');
    if (at >= 0) {
      parseUser(rest.substring(0, at), properties);
      rest = rest.substring(at + 1);
    }
    List<String> hosts = parseHosts(rest);
    database = parseParameters(query, properties, database);
    String user = properties.getProperty(PGProperty.USER.getName());
    if (database.isEmpty()) {
      if (user == null) {
        throw malformed("it names neither a database nor a user");
      }
      database = user;
    }
    String jdbc =
        "jdbc:postgresql://"
            + String.join(",", hosts)
            + "/"
            + URLEncoder.encode(database, StandardCharsets.UTF_8);
    String shown =
        "postgresql://"
            + (user == null ? "" : user + "@")
            + String.join(",", hosts)
            + "/"
            + database;
    return new DatabaseUrl(jdbc, properties, shown, hosts.size() > 1);
  }

  private static DatabaseUrl parseJdbc(String url) {
    if (!url.startsWith("jdbc:postgresql:")) {
      throw malformed("only jdbc:postgresql: is known");
    }
    // Looked at first: the driver writes what it does not understand into its log.
    if (url.startsWith("//", "jdbc:postgresql:".length())) {
      String location = url.substring("jdbc:postgresql://".length());
      parseHosts(location.split("[/?]", 2)[0]);
    }
    Properties parsed = Driver.parseURL(url, null);
    if (parsed == null) {
      throw malformed("it is not what jdbc:postgresql: URLs look like");
    }
    String hosts = parsed.getProperty(PGProperty.PG_HOST.getName(), "localhost");
    String ports = parsed.getProperty(PGProperty.PG_PORT.getName(), "5432");
    String database = parsed.getProperty(PGProperty.PG_DBNAME.getName(), "");
    parsed.remove(PGProperty.PG_HOST.getName());
    parsed.remove(PGProperty.PG_PORT.getName());
    parsed.remove(PGProperty.PG_DBNAME.getName());
    List<String> pairs = new ArrayList<>();
    List<String> portList = List.of(ports.split(",", -1));
    List<String> hostList = List.of(hosts.split(",", -1));
    for (int i = 0; i < hostList.size(); i++) {
      String host = hostList.get(i);
      if (host.indexOf(':') >= 0 && !host.startsWith("[")) {
        host = "[" + host + "]";
      }
      pairs.add(host + ":" + portList.get(Math.min(i, portList.size() - 1)));
    }
    String user = parsed.getProperty(PGProperty.USER.getName());
    String location = String.join(",", pairs) + "/" + database;
    return new DatabaseUrl(
        "jdbc:postgresql://"
            + String.join(",", pairs)
            + "/"
            + URLEncoder.encode(database, StandardCharsets.UTF_8),
        parsed,
        "postgresql://" + (user == null ? "" : user + "@") + location,
        pairs.size() > 1);
  }

  private static void parseUser(String text, Properties properties) {
    int colon = text.indexOf(':');
    String user = decode(colon < 0 ? text : text.substring(0, colon), "user");
    if (!user.isEmpty()) {
      PGProperty.USER.set(properties, user);
    }
    if (colon >= 0) {
      PGProperty.PASSWORD.set(properties, decode(text.substring(colon + 1), "password"));
    }
  }

  private static List<String> parseHosts(String text) {
    List<String> hosts = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      if (part.startsWith("%2F") || part.startsWith("%2f")) {
        throw malformed("Unix sockets are not supported; name a host");
      }
      if (part.isEmpty() && text.isEmpty()) {
        hosts.add("localhost:5432");
        continue;
      }
      Matcher matcher = HOST.matcher(part);
      if (!matcher.matches()) {
        throw malformed(
            "host "
                + (hosts.size() + 1)
                + " is not HOST or HOST:PORT (is an @, / or : in the password not"
                + " percent-encoded?)");
      }
      String port = matcher.group(2) == null ? "5432" : matcher.group(2);
      int number = Integer.parseInt(port);
      if (number < 1 || number > 65535) {
        throw malformed("the port of host " + (hosts.size() + 1) + " is not 1 to 65535");
      }
      hosts.add(matcher.group(1) + ":" + number);
    }
    return hosts;
  }

  private static String parseParameters(String query, Properties properties, String database) {
    String name = database;
    for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw malformed("a parameter is not NAME=VALUE");
      }
      String key = decode(pair.substring(0, equals), "parameter name");
      String value = decode(pair.substring(equals + 1), "parameter " + key);
      PGProperty property = PARAMETERS.get(key);
      if (key.equals("dbname")) {
        name = value;
      } else if (key.equals("target_session_attrs")) {
        String target = TARGETS.get(value);
        if (target == null) {
          throw malformed("target_session_attrs has a value that is not known");
        }
        PGProperty.TARGET_SERVER_TYPE.set(properties, target);
      } else if (property == null) {
        throw malformed("parameter '" + shorten(key) + "' is not known");
      } else {
        checkValue(key, value);
        property.set(properties, value);
      }
    }
    return name;
  }

  private static void checkValue(String key, String value) {
    if (key.equals("sslmode") && !SSL_MODES.contains(value)) {
      throw malformed("sslmode is not one of " + String.join(", ", SSL_MODES));
    }
    if (key.equals("connect_timeout") && !value.matches("[0-9]{1,4}")) {
      throw malformed("connect_timeout is not a number of seconds");
    }
  }

  private static String decode(String text, String what) {
    try {
      // A plus sign is itself outside of HTML forms (RFC 3986 §2.1).
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw malformed("the " + what + " has a % without two hexadecimal digits");
    }
  }

  private static String shorten(String key) {
    String safe = key.replaceAll("[^A-Za-z0-9_.-]", "?");
    return safe.length() > 40 ? safe.substring(0, 40) + "..." : safe;
  }

  private static IllegalArgumentException malformed(String why) {
    return new IllegalArgumentException("malformed database URL: " + why);
  }

  /** Whether several hosts are named, of which one is the primary. */
  boolean hasSeveralHosts() {
    return severalHosts;
  }

  /** The URL for pgjdbc, without user and password. */
  String jdbcUrl() {
    return jdbcUrl;
  }

  /** What pgjdbc is told besides; contains the password. */
  Properties properties(String applicationName, Server server, Duration socketTimeout) {
    Properties all = new Properties();
    PGProperty.CONNECT_TIMEOUT.set(all, 5);
    PGProperty.LOGIN_TIMEOUT.set(all, 10);
    PGProperty.CANCEL_SIGNAL_TIMEOUT.set(all, 5);
    PGProperty.TCP_KEEP_ALIVE.set(all, true);
    PGProperty.HOST_RECHECK_SECONDS.set(all, 2);
    PGProperty.APPLICATION_NAME.set(all, applicationName);
    if (severalHosts) {
      PGProperty.TARGET_SERVER_TYPE.set(
          all, server == Server.PRIMARY ? "primary" : "preferPrimary");
    }
    properties.stringPropertyNames().forEach(n -> all.setProperty(n, properties.getProperty(n)));
    PGProperty.SOCKET_TIMEOUT.set(all, Math.toIntExact(socketTimeout.toSeconds()));
    // The detail of a refused row would show the row, with its password hash.
    PGProperty.LOG_SERVER_ERROR_DETAIL.set(all, false);
    return all;
  }

  /** Which server of several is wanted. */
  public enum Server {
    /** The primary, a replica where there is none. */
    PREFER_PRIMARY,
    /** The primary only: something is written. */
    PRIMARY
  }

  /**
   * Opens a connection of one's own, outside of a pool. The caller closes it.
   *
   * @param socketTimeout how long to wait for an answer; zero for ever
   */
  public Connection connect(String applicationName, Server server, Duration socketTimeout)
      throws AuthDatabaseException {
    try {
      Connection connection =
          new Driver().connect(jdbcUrl, properties(applicationName, server, socketTimeout));
      if (connection == null) {
        throw AuthDatabaseException.unfit("the driver does not take the URL");
      }
      return connection;
    } catch (SQLException e) {
      throw AuthDatabaseException.of(e);
    }
  }

  /** The URL without password and parameters. */
  @Override
  public String toString() {
    return shown;
  }

  /** The name of the user who logs in, or null where the URL has none. */
  public @Nullable String user() {
    return properties.getProperty(PGProperty.USER.getName());
  }

  /** Whether the URL holds a password. */
  public boolean hasPassword() {
    return properties.getProperty(PGProperty.PASSWORD.getName()) != null
        || properties.getProperty(PGProperty.SSL_PASSWORD.getName()) != null;
  }
}
