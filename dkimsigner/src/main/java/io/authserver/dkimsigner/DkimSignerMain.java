package io.authserver.dkimsigner;

import io.authserver.db.cache.CacheMetrics;
import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.cache.Freshness;
import io.authserver.db.cache.PrometheusCacheMetrics;
import io.authserver.db.mark.CachingMarkKeyStore;
import io.authserver.db.mark.JdbcMarkKeyStore;
import io.authserver.db.mark.MarkKeyStore;
import io.authserver.db.migrate.DaemonRole;
import io.authserver.db.migrate.StartupCheck;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseSettings;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.signing.CachingSigningStore;
import io.authserver.db.signing.JdbcSigningStore;
import io.authserver.db.signing.SigningStore;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkimsigner.OriginCheck.Enforcement;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.daemon.Daemon;
import io.authserver.smtp.daemon.DaemonAssembly;
import io.authserver.smtp.daemon.FrontPart;
import io.authserver.smtp.daemon.FrontResources;
import io.authserver.smtp.daemon.HostPort;
import io.authserver.smtp.daemon.PrometheusFrontMetrics;
import io.authserver.smtp.daemon.PrometheusRelayMetrics;
import io.authserver.smtp.daemon.Setting;
import io.authserver.smtp.daemon.SettingTypes;
import io.authserver.smtp.daemon.Settings;
import io.authserver.smtp.daemon.SettingsTable;
import io.authserver.smtp.daemon.SmtpSettings;
import io.authserver.smtp.daemon.StartException;
import io.authserver.smtp.relay.RelayMetrics;
import io.authserver.smtp.relay.RelayPool;
import io.authserver.smtp.server.FrontLimits;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The signing daemon: receives mail, signs it with the author domain's keys, relays it. */
public final class DkimSignerMain {
  private static final Logger LOG = LoggerFactory.getLogger(DkimSignerMain.class);

  static final Setting<List<NetworkMapping>> MAPPING =
      Setting.of(
              "DKIMSIGNER_NETWORK_MAPPING",
              NetworkMapping.listType(),
              "where to listen and, for each, the next hop; several mappings with commas; behind"
                  + " one unmarked=sign|withhold: whether mail that mailforwarder has not marked is"
                  + " signed (sign), and oversign=full|basic: whether fields that submitted mail"
                  + " does not have can be added without breaking its signature (full: no)")
          .orElse("127.0.0.1:10036->127.0.0.1:10035");

  static final Setting<DatabaseUrl> DATABASE = DatabaseSettings.url();

  static final Setting<List<Path>> WRAPPING_KEYS =
      Setting.secretFile(
          "AUTHSERVER_WRAPPING_KEY_FILE",
          SettingTypes.list(SettingTypes.path()),
          "the wrapping key of the private keys; two files during a change");

  static final Setting<Integer> MAX_KEYS =
      Setting.of(
              "DKIMSIGNER_MAX_KEYS",
              SettingTypes.integer(1, 1_000_000),
              "private keys that are kept unwrapped in memory")
          .orElse("10000");

  static final Setting<Integer> MAX_OPEN_TRANSACTIONS =
      Setting.of(
              "DKIMSIGNER_MAX_OPEN_TRANSACTIONS",
              SettingTypes.integer(1, 100),
              "transactions over which recipients beyond the next hop's limit are split;"
                  + " further ones get its 452; 1: never split")
          .orElse("8");

  static final Setting<Boolean> SELF_CHECK =
      Setting.of(
              "DKIMSIGNER_SELF_CHECK",
              SettingTypes.bool(),
              "verify each signature before it is sent; a wrong one is an ERROR and is left out")
          .orElse("false");

  static final Setting<List<String>> AUTHSERV_ID =
      Setting.of(
              "DKIMSIGNER_AUTHSERV_ID",
              SettingTypes.list(SettingTypes.text()),
              "remove Authentication-Results fields of these authserv-ids (RFC 8601 section 5)")
          .optional();

  static final Setting<Enforcement> ORIGIN =
      Setting.of(
              "DKIMSIGNER_ORIGIN",
              SettingTypes.oneOf(Enforcement.class),
              "whether mail that is not proved to have been submitted gets no signature of its"
                  + " author's domain, or gets it and is reported")
          .orElse("enforce");

  static final SmtpSettings SMTP = new SmtpSettings("DKIMSIGNER", limits());

  private DkimSignerMain() {}

  /**
   * Returns limits with room for the fields that mailforwarder and the queue between add: what it
   * just takes must not be refused here, which OpenSMTPD would tell the sender, whoever that is.
   */
  private static FrontLimits limits() {
    FrontLimits before = FrontLimits.DEFAULTS;
    return new FrontLimits(
        before.messageSize() + (1 << 20),
        before.recipients(),
        before.sessions(),
        before.sessionsPerClient(),
        before.commandLine(),
        before.headerSize() + (64 << 10),
        before.headerFields() + 100,
        before.lineLength(),
        before.receivedFields(),
        before.errors(),
        before.backlog());
  }

  /** Returns every setting, in the order of the documentation. */
  public static SettingsTable settingsTable() {
    List<Setting<?>> settings = new ArrayList<>();
    settings.addAll(
        List.of(
            MAPPING,
            DATABASE,
            WRAPPING_KEYS,
            MAX_KEYS,
            MAX_OPEN_TRANSACTIONS,
            SELF_CHECK,
            AUTHSERV_ID,
            ORIGIN));
    settings.addAll(SMTP.all());
    return SettingsTable.of("dkimsigner", settings);
  }

  /** Runs the daemon until SIGTERM, or says why it cannot. */
  public static void main(String[] arguments) {
    Daemon.of(settingsTable(), DkimSignerMain::assemble).run(arguments);
  }

  static void assemble(DaemonAssembly daemon) {
    Settings settings = daemon.settings();
    Optional<WrappingKeys> keys =
        daemon.attempt(() -> WrappingKeys.load(settings.get(WRAPPING_KEYS)));
    Optional<AuthDatabase> database =
        daemon.attempt(
            () ->
                AuthDatabase.open(
                    AuthDatabase.Settings.forDaemon(settings.get(DATABASE), "dkimsigner")));
    database
        .flatMap(opened -> daemon.attempt(() -> problems(opened, keys)))
        .ifPresent(problems -> problems.forEach(daemon::problem));
    Optional<Path> _ = daemon.attempt(() -> SMTP.spoolDirectory(settings));
    Map<NetworkMapping, ServerSocket> sockets = new LinkedHashMap<>();
    daemon
        .attempt(() -> settings.get(MAPPING))
        .ifPresent(
            mappings ->
                mappings.forEach(
                    mapping ->
                        SMTP.listen(daemon, mapping.input())
                            .ifPresent(socket -> sockets.put(mapping, socket))));
    daemon
        .attempt(() -> new Limits(settings))
        .filter(limits -> daemon.isSound() && !daemon.isCheckOnly())
        .ifPresent(
            limits -> wire(daemon, limits, database.orElseThrow(), keys.orElseThrow(), sockets));
  }

  /** Reads every limit, so that one with a problem keeps the daemon from starting. */
  private record Limits(
      int maxKeys,
      int openTransactions,
      boolean selfCheck,
      OwnResults ownResults,
      Enforcement origin,
      FrontResources front) {
    Limits(Settings settings) throws StartException {
      this(
          settings.get(MAX_KEYS),
          settings.get(MAX_OPEN_TRANSACTIONS),
          settings.get(SELF_CHECK),
          new OwnResults(settings.find(AUTHSERV_ID).orElse(List.of())),
          settings.get(ORIGIN),
          SMTP.resources(settings, InstantSource.system()));
    }
  }

  private static List<String> problems(AuthDatabase database, Optional<WrappingKeys> keys)
      throws AuthDatabaseException {
    List<String> problems = StartupCheck.problems(database, DaemonRole.SIGNER);
    return problems.isEmpty() && keys.isPresent()
        ? StartupCheck.wrappingKeyProblems(database, keys.get())
        : problems;
  }

  private static void wire(
      DaemonAssembly daemon,
      Limits limits,
      AuthDatabase database,
      WrappingKeys keys,
      Map<NetworkMapping, ServerSocket> sockets) {
    Settings settings = daemon.settings();
    InstantSource clock = InstantSource.system();
    SignerMetrics metrics = new SignerMetrics(daemon.metrics());
    PrometheusFrontMetrics frontMetrics = new PrometheusFrontMetrics(daemon.metrics());
    PrometheusFrontMetrics.observe(daemon.metrics(), limits.front());
    RelayMetrics relayMetrics = new PrometheusRelayMetrics(daemon.metrics());

    // Found out now, so that its warning is in the log before the first message.
    LOG.info("event=crypto provider={}", DkimPrivateKey.providerName());
    ChangeFeed feed = daemon.attempt(() -> ChangeFeed.start(database)).orElseThrow();
    CacheMetrics cacheMetrics = new PrometheusCacheMetrics(daemon.metrics());
    SigningStore store =
        new CachingSigningStore(new JdbcSigningStore(database), feed, cacheMetrics);
    MarkKeyStore markKeys =
        new CachingMarkKeyStore(new JdbcMarkKeyStore(database), feed, cacheMetrics);
    daemon.readiness(
        "database",
        () ->
            feed.state() == Freshness.State.AWAY
                ? Optional.of("cannot be reached")
                : Optional.empty());
    MessageSigner signer =
        new MessageSigner(
            new KeyRing(keys, limits.maxKeys(), metrics, clock),
            new ProfileBook(clock),
            limits.selfCheck() ? new SelfCheck(metrics, clock) : null,
            metrics,
            clock);

    Map<HostPort, RelayPool> nextHops = new LinkedHashMap<>();
    sockets.forEach(
        (mapping, socket) -> {
          RelayPool nextHop =
              nextHops.computeIfAbsent(
                  mapping.output(),
                  address ->
                      daemon
                          .attempt(
                              () -> RelayPool.start(SMTP.nextHop(settings, address), relayMetrics))
                          .orElseThrow());
          OriginCheck originCheck =
              new OriginCheck(
                  markKeys,
                  mapping.options().unmarked() == NetworkMapping.Unmarked.SIGN,
                  limits.origin());
          daemon.add(
              new FrontPart(
                  SMTP.front(settings, limits.front())
                      .listener(() -> socket)
                      .headerCost(new SigningCost(limits.selfCheck()))
                      .extensions(nextHop::extensions)
                      .transactions(
                          session ->
                              new SigningTransaction(
                                  store,
                                  signer,
                                  limits.ownResults(),
                                  originCheck,
                                  mapping.options().oversign(),
                                  metrics,
                                  session,
                                  nextHop,
                                  limits.openTransactions()))
                      .metrics(frontMetrics.forListener(mapping.input().toString()))
                      .build()));
          LOG.info(
              "event=mapping listen={} next_hop={} unmarked={} oversign={} origin={}",
              mapping.input(),
              mapping.output(),
              AsciiCase.lower(mapping.options().unmarked().name()),
              AsciiCase.lower(mapping.options().oversign().name()),
              AsciiCase.lower(limits.origin().name()));
        });
    nextHops.forEach(
        (address, nextHop) ->
            daemon.readiness(
                "next hop " + address,
                () ->
                    nextHop.awaitExtensions(Duration.ofMillis(100)).isPresent()
                        ? Optional.empty()
                        : Optional.of("has not answered yet")));
  }
}
