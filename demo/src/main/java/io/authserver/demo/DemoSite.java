package io.authserver.demo;

import static io.authserver.demo.Site.ALICE;
import static io.authserver.demo.Site.BLOCKED;
import static io.authserver.demo.Site.BOB;
import static io.authserver.demo.Site.CAROL;
import static io.authserver.demo.Site.CLUB;
import static io.authserver.demo.Site.CLUB_BOUNCES;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A site in a temporary directory: a PostgreSQL, an auth database with domains, keys, users,
 * aliases and a list, and both daemons as processes.
 */
final class DemoSite implements AutoCloseable {
  private static final String KEY_FILE = "wrapping.key";
  private static final String SRS_FILE = "srs.secret";

  private final Progress progress;
  private final Workspace workspace;
  private final DatabaseServer database;
  private final AdminCommands admin;
  private final InetSocketAddress signerAddress;
  private final InetSocketAddress forwarderAddress;
  private final InetSocketAddress signerBehindForwarder;
  private final Map<String, String> dnsRecords = new LinkedHashMap<>();
  private final Deque<ChildDaemon> daemons = new ArrayDeque<>();

  private DemoSite(
      Progress progress,
      Workspace workspace,
      DatabaseServer database,
      List<InetSocketAddress> daemonAddresses) {
    this.progress = progress;
    this.workspace = workspace;
    this.database = database;
    this.signerAddress = daemonAddresses.get(0);
    this.forwarderAddress = daemonAddresses.get(1);
    this.signerBehindForwarder = daemonAddresses.get(2);
    this.admin =
        new AdminCommands(
            Map.of(
                "DATABASE_URL",
                database.superuserUrl(),
                "AUTHSERVER_WRAPPING_KEY_FILE",
                wrappingKeyFile().toString()));
  }

  /** Starts the database server and fills it. The daemons are started later. */
  static DemoSite create(Progress progress, Workspace workspace) throws IOException, DemoFailure {
    List<InetSocketAddress> ports = FreePorts.find(4);
    DatabaseServer database = DatabaseServer.start(workspace, ports.get(3).getPort());
    DemoSite site = new DemoSite(progress, workspace, database, ports.subList(0, 3));
    boolean done = false;
    try {
      progress.step("PostgreSQL runs at " + FreePorts.text(ports.get(2)));
      site.createDatabase();
      site.createMailDomains();
      site.createAddresses();
      done = true;
      return site;
    } finally {
      if (!done) {
        site.close();
      }
    }
  }

  private void createDatabase() throws IOException, DemoFailure {
    admin.run("wrapping-key", "create", wrappingKeyFile().toString());
    admin.run("db", "bootstrap");
    admin.run("db", "migrate");
    workspace.writePrivately(SRS_FILE, Passwords.random() + "\n", false);
    progress.step("authserver wrapping-key create, db bootstrap, db migrate");
  }

  private void createMailDomains() throws DemoFailure {
    for (String domain : Site.DOMAINS) {
      admin.run("domain", "create", domain);
      admin.run("dkim", "create", domain, "--algorithm", "rsa");
      admin.run("dkim", "create", domain, "--algorithm", "ed25519");
      for (AdminCommands.DnsRecord record : admin.dnsRecords(domain)) {
        dnsRecords.put(record.name(), record.value());
      }
      // No DNS here: the records go to the verifiers directly.
      admin.run("dkim", "activate", domain, "--all", "--force");
    }
    admin.run("domain", "create", Site.MOVED, "--redirect-to", Site.PARTNER);
    progress.step("authserver domain create, dkim create, dkim dns, dkim activate --force");
    dnsRecords.forEach(
        (name, value) ->
            progress.detail(name + "  TXT  " + value.replaceFirst("p=(.{16}).*", "p=$1…")));
  }

  private void createAddresses() throws DemoFailure {
    createUser("alice", "Alice of the garden", ALICE);
    createUser("bob", "Bob of the garden", BOB);
    createUser("carol", "Carol of the orchard", CAROL);
    admin.run("emailalias", "create", "flowers@" + Site.GARDEN, "--user", "alice");
    admin.run("emailalias", "create", CLUB_BOUNCES, "--user", "alice");
    admin.run("mailinglist", "create", "club", "--new-mailfrom", CLUB_BOUNCES, "--owner", "alice");
    admin.run("mailinglist", "add-address", "--mailing-list", "club", Site.DORA, Site.EMIL, CAROL);
    admin.run("emailalias", "create", CLUB, "--mailing-list", "club");
    admin.run("emailalias", "create", BLOCKED, "--user", "bob");
    admin.run("emailalias", "block", BLOCKED);
    progress.step("authserver user, emailalias, mailinglist");
  }

  private void createUser(String identifier, String name, String mailbox) throws DemoFailure {
    admin.runWith(
        Passwords.random() + "\n",
        "user",
        "create",
        identifier,
        name,
        "--alias",
        mailbox,
        "--password-stdin");
    admin.run("user", "set-delivery-mailbox", identifier, mailbox);
  }

  /** Starts dkimsigner, relaying to a next hop; {@link #awaitDaemons} waits for it. */
  ChildDaemon startSigner(InetSocketAddress nextHop) throws IOException, DemoFailure {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("DATABASE_URL", loginRole("demo_signer", "authserver_signer"));
    environment.put("AUTHSERVER_WRAPPING_KEY_FILE", wrappingKeyFile().toString());
    environment.put(
        "DKIMSIGNER_NETWORK_MAPPING",
        "%s->%s, %s->%s unmarked=withhold"
            .formatted(
                FreePorts.text(signerAddress),
                FreePorts.text(nextHop),
                FreePorts.text(signerBehindForwarder),
                FreePorts.text(nextHop)));
    return start(
        ChildDaemon.prepare(
            workspace,
            "dkimsigner",
            "io.authserver.dkimsigner.DkimSignerMain",
            signerAddress,
            environment));
  }

  /**
   * Starts mailforwarder, relaying everything to a next hop; {@link #awaitDaemons} waits for it.
   */
  ChildDaemon startForwarder(InetSocketAddress nextHop) throws IOException, DemoFailure {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("DATABASE_URL", loginRole("demo_forwarder", "authserver_forwarder"));
    environment.put("MAILFORWARDER_SRS_SECRET_FILE", workspace.resolve(SRS_FILE).toString());
    environment.put("MAILFORWARDER_EDGE_NAMES", Site.MAIL_HOST);
    put(environment, "MAILFORWARDER_INPUT", forwarderAddress);
    put(environment, "MAILFORWARDER_LOCALDELIVERY", nextHop);
    put(environment, "MAILFORWARDER_REMOTERELAY", nextHop);
    return start(
        ChildDaemon.prepare(
            workspace,
            "mailforwarder",
            "io.authserver.mailforwarder.MailForwarderMain",
            forwarderAddress,
            environment));
  }

  private static void put(Map<String, String> environment, String name, InetSocketAddress address) {
    environment.put(name + "_IP", address.getAddress().getHostAddress());
    environment.put(name + "_PORT", Integer.toString(address.getPort()));
  }

  /** Makes the login role of a daemon, with the rights of its group alone; returns its URL. */
  private String loginRole(String role, String group) throws DemoFailure {
    String password = Passwords.random();
    database.createLoginRole(role, password, group);
    return database.url(role, password);
  }

  private ChildDaemon start(ChildDaemon daemon) throws IOException {
    daemons.addFirst(daemon);
    daemon.start();
    return daemon;
  }

  /** Waits until all daemons that were started greet. */
  void awaitDaemons() throws DemoFailure, InterruptedException {
    for (ChildDaemon daemon : daemons) {
      long pid = daemon.awaitReady();
      progress.step(
          daemon.name() + " runs at " + FreePorts.text(daemon.address()) + ", process " + pid);
    }
  }

  Path wrappingKeyFile() {
    return workspace.resolve(KEY_FILE);
  }

  DatabaseServer database() {
    return database;
  }

  /** Returns the daemons that were started, the last one first. */
  List<ChildDaemon> daemons() {
    return List.copyOf(daemons);
  }

  /** Where dkimsigner takes what mailforwarder has handled, and signs nothing without a proof. */
  InetSocketAddress signerBehindForwarder() {
    return signerBehindForwarder;
  }

  /** Returns the TXT records that a resolver would find, by name without a final dot. */
  Map<String, String> dnsRecords() {
    return Map.copyOf(dnsRecords);
  }

  /** Ends the daemons, then the database server. */
  @Override
  public void close() throws IOException {
    daemons.forEach(ChildDaemon::close);
    database.close();
  }
}
