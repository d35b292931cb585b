package io.authserver.mailforwarder;

import io.authserver.db.alias.CachingResolutionStore;
import io.authserver.db.alias.JdbcResolutionStore;
import io.authserver.db.alias.JdbcSrsKeyStore;
import io.authserver.db.alias.JdbcSrsTokenStore;
import io.authserver.db.author.CachingAuthorStore;
import io.authserver.db.author.JdbcAuthorStore;
import io.authserver.db.cache.CacheMetrics;
import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.cache.Freshness;
import io.authserver.db.cache.PrometheusCacheMetrics;
import io.authserver.db.mark.CachingMarkKeyStore;
import io.authserver.db.mark.JdbcMarkKeyStore;
import io.authserver.db.migrate.DaemonRole;
import io.authserver.db.migrate.StartupCheck;
import io.authserver.db.outcome.JdbcOutcomeStore;
import io.authserver.db.outcome.JdbcReportClaims;
import io.authserver.db.outcome.PendingEnvelopes;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.site.CachingSiteStore;
import io.authserver.db.site.JdbcSiteStore;
import io.authserver.mailforwarder.fanout.EdgeNames;
import io.authserver.mailforwarder.fanout.Entrance;
import io.authserver.mailforwarder.fanout.FanOutLimits;
import io.authserver.mailforwarder.fanout.Forwarding;
import io.authserver.mailforwarder.fanout.ForwardingCost;
import io.authserver.mailforwarder.fanout.NextHops;
import io.authserver.mailforwarder.fanout.Room;
import io.authserver.mailforwarder.fanout.TargetLimit;
import io.authserver.mailforwarder.notify.NotificationComposer;
import io.authserver.mailforwarder.resolve.Decider;
import io.authserver.smtp.daemon.Daemon;
import io.authserver.smtp.daemon.DaemonAssembly;
import io.authserver.smtp.daemon.FrontPart;
import io.authserver.smtp.daemon.FrontResources;
import io.authserver.smtp.daemon.HostPort;
import io.authserver.smtp.daemon.PrometheusFrontMetrics;
import io.authserver.smtp.daemon.PrometheusRelayMetrics;
import io.authserver.smtp.daemon.Settings;
import io.authserver.smtp.daemon.SettingsTable;
import io.authserver.smtp.daemon.StartException;
import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.relay.NextHopConfiguration;
import io.authserver.smtp.relay.RelayMetrics;
import io.authserver.smtp.relay.RelayPool;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The forwarding daemon: receives mail, resolves its recipients, relays it to what they are. */
public final class MailForwarderMain {
  private static final Logger LOG = LoggerFactory.getLogger(MailForwarderMain.class);

  private MailForwarderMain() {}

  /** Returns every setting, in the order of the documentation. */
  public static SettingsTable settingsTable() {
    return SettingsTable.of("mailforwarder", ForwarderSettings.all());
  }

  /** Runs the daemon until SIGTERM, or says why it cannot. */
  public static void main(String[] arguments) {
    Daemon.of(settingsTable(), MailForwarderMain::assemble).run(arguments);
  }

  /** Everything that the settings say, read so that each with a problem is reported. */
  private record Configuration(
      NextHopConfiguration localDelivery,
      NextHopConfiguration remoteRelay,
      Optional<NextHopConfiguration> transactionalRelay,
      SrsSettings srs,
      FanOutLimits limits,
      OptionalInt maxTargets,
      Duration keepOutcomes,
      Entrance entrance,
      FrontResources front) {
    static Configuration of(Settings settings) throws StartException {
      return new Configuration(
          nextHop(settings, ForwarderSettings.localDelivery(settings)),
          nextHop(settings, ForwarderSettings.remoteRelay(settings)),
          ForwarderSettings.transactionalRelay(settings).map(hop -> nextHop(settings, hop)),
          ForwarderSettings.srs(settings),
          ForwarderSettings.limits(settings),
          ForwarderSettings.maxTargets(settings),
          settings.get(ForwarderSettings.KEEP_OUTCOMES),
          ForwarderSettings.entrance(settings),
          ForwarderSettings.SMTP.resources(settings, InstantSource.system()));
    }

    private static NextHopConfiguration nextHop(Settings settings, HostPort address) {
      return ForwarderSettings.SMTP.nextHop(settings, address);
    }
  }

  static void assemble(DaemonAssembly daemon) {
    Settings settings = daemon.settings();
    Optional<Configuration> configuration = daemon.attempt(() -> Configuration.of(settings));
    configuration
        .filter(read -> read.keepOutcomes().compareTo(read.limits().giveUpAfter()) <= 0)
        .ifPresent(
            _ ->
                daemon.problem(
                    "MAILFORWARDER_KEEP_OUTCOMES: must be longer than"
                        + " MAILFORWARDER_GIVE_UP_AFTER"));
    Optional<AuthDatabase> database =
        daemon.attempt(
            () ->
                AuthDatabase.open(
                    AuthDatabase.Settings.forDaemon(
                        settings.get(ForwarderSettings.DATABASE), "mailforwarder")));
    Optional<List<String>> unfit =
        database.flatMap(
            opened -> daemon.attempt(() -> StartupCheck.problems(opened, DaemonRole.FORWARDER)));
    unfit.ifPresent(problems -> problems.forEach(daemon::problem));
    Optional<AuthDatabase> fit = database.filter(_ -> unfit.filter(List::isEmpty).isPresent());
    Optional<ReturnAddressKeeper> returnAddresses =
        fit.flatMap(
            opened ->
                configuration.flatMap(
                    read ->
                        daemon.attempt(
                            () ->
                                ReturnAddressKeeper.load(
                                    read.srs(), new JdbcSrsKeyStore(opened)))));
    returnAddresses.ifPresent(loaded -> loaded.warnings().forEach(daemon::warning));
    Optional<Integer> ofTheSite =
        fit.flatMap(opened -> daemon.attempt(() -> new JdbcSiteStore(opened).maxTargets()));
    configuration.ifPresent(
        read -> {
          // Where the database does not say, by the settings alone.
          int most =
              TargetLimit.smaller(
                  read.maxTargets(),
                  ofTheSite.orElse(read.maxTargets().orElse(FanOutLimits.DEFAULTS.targets())));
          if (Room.bytes(most) > recipients(read).capacity()) {
            daemon.problem(
                "MAILFORWARDER_WORKING_MEMORY: "
                    + Room.bytes(most)
                    + " bytes are needed for a list of "
                    + most
                    + " addresses, the limit, which gets three quarters; raise it, or lower the"
                    + " limit by MAILFORWARDER_MAX_TARGETS");
          }
        });
    Optional<Path> _ = daemon.attempt(() -> ForwarderSettings.SMTP.spoolDirectory(settings));
    Optional<ForwarderSettings.Listeners> listeners =
        daemon.attempt(() -> ForwarderSettings.listeners(settings));
    Optional<ServerSocket> input =
        listeners.flatMap(read -> ForwarderSettings.SMTP.listen(daemon, read.input()));
    Optional<ServerSocket> submissions =
        listeners
            .flatMap(ForwarderSettings.Listeners::submissions)
            .flatMap(address -> ForwarderSettings.SMTP.bind(daemon, address));
    if (daemon.isSound() && !daemon.isCheckOnly()) {
      Configuration read = configuration.orElseThrow();
      List<Opened> opened = new ArrayList<>();
      opened.add(new Opened(listeners.orElseThrow().input(), input.orElseThrow(), read.entrance()));
      submissions.ifPresent(
          socket ->
              opened.add(
                  new Opened(
                      listeners.orElseThrow().submissions().orElseThrow(),
                      socket,
                      read.entrance().submissions())));
      wire(
          daemon,
          read,
          database.orElseThrow(),
          returnAddresses.orElseThrow(),
          ofTheSite.orElseThrow(),
          opened);
    }
  }

  /** A listener: where, its socket, and what it says about the mail that comes in. */
  private record Opened(HostPort address, ServerSocket socket, Entrance entrance) {}

  /** The part of the working memory for what recipients stand for: headers always find some. */
  private static MemoryBudget recipients(Configuration configuration) {
    MemoryBudget working = configuration.front().working();
    return working.part(working.capacity() / 4 * 3);
  }

  private static void wire(
      DaemonAssembly daemon,
      Configuration configuration,
      AuthDatabase database,
      ReturnAddressKeeper returnAddresses,
      int ofTheSite,
      List<Opened> listeners) {
    InstantSource clock = InstantSource.system();
    RelayMetrics relayMetrics = new PrometheusRelayMetrics(daemon.metrics());
    PrometheusFrontMetrics.observe(daemon.metrics(), configuration.front());
    ChangeFeed feed = daemon.attempt(() -> ChangeFeed.start(database)).orElseThrow();
    Optional<ReturnAddressKeeper> _ = daemon.attempt(() -> returnAddresses.start(feed));
    daemon.readiness(
        "database",
        () ->
            feed.state() == Freshness.State.AWAY
                ? Optional.of("cannot be reached")
                : Optional.empty());
    MemoryBudget recipients = recipients(configuration);
    Map<String, RelayPool> pools = new HashMap<>();
    NextHops nextHops =
        new NextHops(
            pool(daemon, pools, configuration.localDelivery(), relayMetrics),
            pool(daemon, pools, configuration.remoteRelay(), relayMetrics),
            configuration.transactionalRelay().map(hop -> pool(daemon, pools, hop, relayMetrics)));
    CacheMetrics cacheMetrics = new PrometheusCacheMetrics(daemon.metrics());
    Forwarding forwarding =
        new Forwarding(
            new CachingResolutionStore(
                new JdbcResolutionStore(database, recipients), feed, cacheMetrics),
            new JdbcSrsTokenStore(database, clock),
            new PendingEnvelopes(
                new JdbcOutcomeStore(database, configuration.keepOutcomes()), feed),
            new JdbcReportClaims(database),
            new CachingMarkKeyStore(new JdbcMarkKeyStore(database), feed, cacheMetrics),
            new CachingAuthorStore(new JdbcAuthorStore(database), feed, cacheMetrics),
            new Decider(returnAddresses),
            nextHops,
            configuration.limits(),
            new NotificationComposer(configuration.localDelivery().ehloName(), UUID::randomUUID),
            recipients,
            configuration.entrance(),
            clock,
            System::nanoTime,
            new PrometheusForwarderMetrics(daemon.metrics()),
            TargetLimit.of(
                new CachingSiteStore(new JdbcSiteStore(database), feed, cacheMetrics),
                configuration.maxTargets(),
                ofTheSite,
                recipients.capacity()));
    PrometheusFrontMetrics frontMetrics = new PrometheusFrontMetrics(daemon.metrics());
    for (Opened listener : listeners) {
      daemon.add(
          new FrontPart(
              ForwarderSettings.SMTP
                  .front(daemon.settings(), configuration.front())
                  .listener(listener::socket)
                  .headerCost(new ForwardingCost())
                  .extensions(() -> OfferedExtensions.of(pools.values()))
                  .transactions(forwarding.at(listener.entrance()))
                  .metrics(frontMetrics.forListener(listener.address().toString()))
                  .build()));
    }
    pools.forEach(
        (name, nextHop) ->
            daemon.readiness(
                "next hop " + name,
                () ->
                    nextHop.awaitExtensions(Duration.ofMillis(100)).isPresent()
                        ? Optional.empty()
                        : Optional.of("has not answered yet")));
    for (Opened listener : listeners) {
      LOG.info(
          "event=mapping listen={} submitted={} next_hops={}",
          listener.socket().getLocalSocketAddress(),
          listener.entrance().kind().word(),
          String.join(",", pools.keySet()));
    }
    logNames(configuration.entrance());
  }

  private static void logNames(Entrance entrance) {
    EdgeNames names = entrance.names();
    if (names.edge().isEmpty() && entrance.kind() == Entrance.Kind.MIXED) {
      LOG.warn(
          "event=edge_names names=none: nothing counts as submitted; set MAILFORWARDER_EDGE_NAMES");
    } else {
      LOG.info("event=edge_names names={}", String.join(",", new TreeSet<>(names.edge())));
    }
  }

  /** Next hops at the same address share their connections. */
  private static RelayPool pool(
      DaemonAssembly daemon,
      Map<String, RelayPool> pools,
      NextHopConfiguration configuration,
      RelayMetrics metrics) {
    return pools.computeIfAbsent(
        configuration.name(),
        _ -> daemon.attempt(() -> RelayPool.start(configuration, metrics)).orElseThrow());
  }
}
