package io.authserver.realservers;

import io.authserver.admin.Main;
import io.authserver.dkim.testing.FakeDns;
import io.authserver.dkimsigner.DkimSignerMain;
import io.authserver.mailforwarder.MailForwarderMain;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Event;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import io.authserver.smtp.testing.TestCertificate;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A whole site, as docs/opensmtpd.md and docs/dovecot.md wire it, and an internet around it. One
 * for all tests of a run; it ends with the namespaces.
 *
 * <p>Its rows: users alice, bob and carol of {@code example.org}; dave of {@code shop.example},
 * which may use the transactional relay; eve, who is disabled; the list {@code team@example.org};
 * {@code old.example} led to {@code example.org}, {@code moved.example} to {@code partner.test}.
 */
final class RealSite {
  static final Duration SOON = Duration.ofMinutes(2);
  static final String PASSWORD = "correct horse";
  static final String DOMAIN = "example.org";
  static final String SHOP = "shop.example";

  private static final Path FILES = Place.ROOTS.resolve("daemons");
  private static final Pattern RECORD =
      Pattern.compile("\"name\": ?\"([^\"]+?)\\.?\".*?\"value\": ?\"([^\"]+)\"", Pattern.DOTALL);
  private static final Pattern ROUTE = Pattern.compile("<([^>]*)>");

  private static @Nullable RealSite site;

  private final Map<Step, Function<Event, Action>> moods = new ConcurrentHashMap<>();
  private final FakeDns keys = new FakeDns();
  private final ScriptedNextHop internet;
  private final ScriptedNextHop smartHost;
  private final NameServer nameServer;
  private final PostgreSql database;
  private final OpenSmtpd smtpd;
  private final Dovecot dovecot;
  private final JavaDaemon signer;
  private final JavaDaemon forwarder;

  private RealSite() throws Exception {
    Files.createDirectories(FILES);
    Files.writeString(FILES.resolve("srs"), "a secret of the integration tests\n");
    InetSocketAddress mailHost = new InetSocketAddress("203.0.113.25", 25);
    InetSocketAddress relayHost = new InetSocketAddress("203.0.113.87", 587);
    nameServer =
        new NameServer(
            new InetSocketAddress("203.0.113.53", 53),
            InetAddress.getByName("203.0.113.25"),
            InetAddress.getByName("203.0.113.87"));
    ScriptedNextHop.Builder moody = ScriptedNextHop.builder().likeOpenSmtpd().at(mailHost);
    for (Step step : List.of(Step.MAIL, Step.RCPT, Step.DATA, Step.FINAL_DOT)) {
      moody.on(step, event -> moods.getOrDefault(step, _ -> Action.proceed()).apply(event));
    }
    internet = moody.start();
    smartHost = ScriptedNextHop.builder().likeOpenSmtpd().at(relayHost).start();
    database = PostgreSql.create();
    createRows();
    signer = new JavaDaemon("dkimsigner", DkimSignerMain.class, signerSettings());
    forwarder = new JavaDaemon("mailforwarder", MailForwarderMain.class, forwarderSettings());
    signer.start();
    forwarder.start();
    TestCertificate certificate = TestCertificate.make(FILES, "-keyalg RSA -keysize 2048");
    certificate.writeCertificate(FILES.resolve("crt"));
    certificate.writeKey(FILES.resolve("key"));
    String chain = Files.readString(FILES.resolve("crt"));
    String key = Files.readString(FILES.resolve("key"));
    dovecot = Dovecot.create(chain, key);
    smtpd = OpenSmtpd.create(chain, key);
  }

  /** Returns the site, brought up when it is first asked for. */
  static synchronized RealSite get() throws Exception {
    RealSite found = site;
    if (found == null) {
      found = new RealSite();
      site = found;
    }
    found.moods.clear();
    return found;
  }

  private static Map<String, String> signerSettings() {
    return Map.of(
        "DATABASE_URL",
        PostgreSql.siteUrl("dkimsigner", "signs"),
        "AUTHSERVER_WRAPPING_KEY_FILE",
        FILES.resolve("wrapping-key").toString(),
        "DKIMSIGNER_NETWORK_MAPPING",
        "127.0.0.1:10036->127.0.0.1:10035 unmarked=withhold,"
            + " 127.0.0.1:10038->127.0.0.1:10037 unmarked=withhold");
  }

  private static Map<String, String> forwarderSettings() {
    return Map.of(
        "DATABASE_URL",
        PostgreSql.siteUrl("mailforwarder", "forwards"),
        "MAILFORWARDER_SRS_SECRET_FILE",
        FILES.resolve("srs").toString(),
        "MAILFORWARDER_EDGE_NAMES",
        "mx.example.org",
        "MAILFORWARDER_TRANSACTIONALRELAY_PORT",
        "10047");
  }

  // ---- rows

  private void createRows() {
    authserver("wrapping-key", "create", FILES.resolve("wrapping-key").toString());
    authserver("db", "bootstrap");
    authserver("db", "migrate");
    database.run(
        "CREATE ROLE dkimsigner LOGIN PASSWORD 'signs'",
        "GRANT authserver_signer TO dkimsigner",
        "CREATE ROLE mailforwarder LOGIN PASSWORD 'forwards'",
        "GRANT authserver_forwarder TO mailforwarder",
        "CREATE ROLE opensmtpd LOGIN PASSWORD 'change-me'",
        "CREATE ROLE dovecot LOGIN PASSWORD 'change-me'");
    authserver("spapi", "grant", "opensmtpd", "dovecot");
    for (String domain : List.of(DOMAIN, SHOP)) {
      authserver(
          "domain",
          "create",
          domain,
          domain.equals(SHOP) ? "--transactional" : "--no-transactional",
          "--delimiter",
          "both");
      authserver("dkim", "create", domain, "--algorithm", "rsa");
      authserver("dkim", "create", domain, "--algorithm", "ed25519");
      authserver("dkim", "activate", domain, "--all", "--force");
      Matcher record = RECORD.matcher(authserver("dkim", "dns", domain, "--json"));
      while (record.find()) {
        keys.add(record.group(1), record.group(2));
      }
    }
    authserver("domain", "create", "old.example", "--redirect-to", DOMAIN);
    authserver("domain", "create", "moved.example", "--redirect-to", "partner.test");
    for (String user : List.of("alice", "bob", "carol")) {
      createUser(user, user + "@" + DOMAIN);
    }
    createUser("dave", "orders@" + SHOP);
    createUser("eve", "eve@" + DOMAIN);
    database.run("UPDATE authserver.mail_user SET active = false WHERE identifier = 'eve'");
    authserver("emailalias", "create", "flowers@" + DOMAIN, "--user", "alice");
    authserver("emailalias", "create", "spam@" + DOMAIN, "--user", "bob");
    authserver("emailalias", "block", "spam@" + DOMAIN);
    createList("team", "dora@far.test", "emil@away.test", "carol@" + DOMAIN);
    database.run(
        "INSERT INTO authserver.service_user (user_id, username, password)"
            + " SELECT id, 'alices-phone', password FROM authserver.mail_user"
            + " WHERE identifier = 'alice'");
  }

  /** Makes a user with a mailbox. */
  static void createUser(String identifier, String mailbox) {
    authserverWith(
        PASSWORD + "\n",
        "user",
        "create",
        identifier,
        identifier + " of the tests",
        "--alias",
        mailbox,
        "--password-stdin");
    authserver("user", "set-delivery-mailbox", identifier, mailbox);
  }

  /** Makes a list and the address of its name, owned by alice. */
  static void createList(String name, String... members) {
    createListOf("alice", name, members);
  }

  /** Makes a list and the address of its name. */
  static void createListOf(String owner, String name, String... members) {
    authserver("mailinglist", "create", name, "--owner", owner);
    for (String member : members) {
      authserver("mailinglist", "add-address", "--mailing-list", name, member);
    }
    authserver("emailalias", "create", name + "@" + DOMAIN, "--mailing-list", name);
  }

  /** Runs {@code authserver} and returns what it prints. */
  static String authserver(String... arguments) {
    return authserverWith("", arguments);
  }

  /** Runs {@code authserver} with a text on its standard input, and returns what it prints. */
  static String authserverWith(String input, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(
            arguments,
            Map.of(
                "DATABASE_URL",
                PostgreSql.adminUrl(),
                "AUTHSERVER_WRAPPING_KEY_FILE",
                FILES.resolve("wrapping-key").toString(),
                "MAILFORWARDER_SRS_SECRET_FILE",
                FILES.resolve("srs").toString()),
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    if (status != 0) {
      throw new AssertionError(
          "authserver " + List.of(arguments) + ": " + err.toString(StandardCharsets.UTF_8));
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  // ---- what tests use

  OpenSmtpd smtpd() {
    return smtpd;
  }

  Dovecot dovecot() {
    return dovecot;
  }

  PostgreSql database() {
    return database;
  }

  JavaDaemon signer() {
    return signer;
  }

  JavaDaemon forwarder() {
    return forwarder;
  }

  NameServer nameServer() {
    return nameServer;
  }

  /** Returns the keys of the site's domains, as a verifier finds them. */
  FakeDns keys() {
    return keys;
  }

  /** The internet's mail host does what a test says, until the next test. */
  void internet(Step step, Function<Event, Action> mood) {
    moods.put(step, mood);
  }

  /** Returns what the internet's mail host has taken with a text in its content. */
  List<Message> taken(String text) {
    return taken(internet, text);
  }

  /** Returns what the smart host has taken with a text in its content. */
  List<Message> takenBySmartHost(String text) {
    return taken(smartHost, text);
  }

  private static List<Message> taken(ScriptedNextHop host, String text) {
    return host.messages().stream()
        .filter(message -> message.taken() && message.text().contains(text))
        .toList();
  }

  /** Returns to whom the internet's mail host has taken a message with a text, sorted. */
  List<String> recipients(String text) {
    return taken(text).stream()
        .flatMap(message -> message.recipients().stream())
        .map(RealSite::address)
        .sorted()
        .toList();
  }

  private static String address(String command) {
    Matcher route = ROUTE.matcher(command);
    return route.find() ? route.group(1) : command;
  }

  /** Waits until the internet's mail host has taken so many copies, by recipients. */
  List<Message> awaitTaken(String text, int recipients) {
    Place.await(
        recipients + " recipients of " + text, SOON, () -> recipients(text).size() >= recipients);
    return taken(text);
  }

  /** Returns the messages of a user's mailbox that have a text in them. */
  List<String> mailbox(String login, String text) throws Exception {
    try (ImapClient client = ImapClient.login(login, PASSWORD)) {
      return client.inbox().stream().filter(message -> message.contains(text)).toList();
    }
  }

  /** Waits for messages in a user's mailbox that have a text in them. */
  List<String> awaitMailbox(String login, String text) throws Exception {
    Place.await(text + " for " + login, SOON, () -> !mailbox(login, text).isEmpty());
    return mailbox(login, text);
  }

  /** Waits until nothing is in OpenSMTPD's queue, tried again meanwhile. */
  void awaitEmptyQueue() {
    Place.await(
        "an empty queue",
        SOON,
        () -> {
          List<String> queue = smtpd.queue();
          if (queue.stream().anyMatch(OpenSmtpd::isWaiting)) {
            smtpd.scheduleAll();
          }
          return queue.isEmpty();
        });
  }
}
