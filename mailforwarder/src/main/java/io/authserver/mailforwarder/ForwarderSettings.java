package io.authserver.mailforwarder;

import io.authserver.db.alias.SrsKeys;
import io.authserver.db.pool.DatabaseSettings;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.mailforwarder.fanout.EdgeNames;
import io.authserver.mailforwarder.fanout.Entrance;
import io.authserver.mailforwarder.fanout.FanOutLimits;
import io.authserver.mailforwarder.fanout.TargetLimit;
import io.authserver.mailforwarder.resolve.ReturnAddresses;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsForm;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.daemon.HostPort;
import io.authserver.smtp.daemon.Secret;
import io.authserver.smtp.daemon.Setting;
import io.authserver.smtp.daemon.SettingTypes;
import io.authserver.smtp.daemon.Settings;
import io.authserver.smtp.daemon.SettingsTable;
import io.authserver.smtp.daemon.SmtpSettings;
import io.authserver.smtp.daemon.StartException;
import io.authserver.smtp.server.FrontLimits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The forwarder's settings. Those on which decisions rest are open to the command line, which
 * explains decisions and sends nothing.
 */
public final class ForwarderSettings {
  static final Setting<String> INPUT_IP =
      ip("MAILFORWARDER_INPUT_IP", "address to listen on").orElse("127.0.0.1");
  static final Setting<Integer> INPUT_PORT =
      Setting.of("MAILFORWARDER_INPUT_PORT", SettingTypes.listenPort(), "port to listen on")
          .orElse("10046");

  static final Setting<String> LOCAL_DELIVERY_IP =
      ip("MAILFORWARDER_LOCALDELIVERY_IP", "next hop of what is passed on unchanged")
          .orElse("127.0.0.1");
  static final Setting<Integer> LOCAL_DELIVERY_PORT =
      port("MAILFORWARDER_LOCALDELIVERY_PORT", "its port").orElse("10045");

  static final Setting<String> REMOTE_RELAY_IP =
      ip("MAILFORWARDER_REMOTERELAY_IP", "next hop of what lists, redirects and SRS forward")
          .orElse("127.0.0.1");
  static final Setting<Integer> REMOTE_RELAY_PORT =
      port("MAILFORWARDER_REMOTERELAY_PORT", "its port").orElse("10045");

  static final Setting<String> TRANSACTIONAL_RELAY_IP =
      ip(
              "MAILFORWARDER_TRANSACTIONALRELAY_IP",
              "next hop of submitted mail of domains that may use it; none unless it or its port"
                  + " is set; then 127.0.0.1")
          .optional();
  static final Setting<Integer> TRANSACTIONAL_RELAY_PORT =
      port("MAILFORWARDER_TRANSACTIONALRELAY_PORT", "its port; 10047 where only the address is set")
          .optional();

  static final Setting<Boolean> SUBMISSION_ONLY =
      Setting.of(
              "MAILFORWARDER_SUBMISSION_ONLY",
              SettingTypes.bool(),
              "whether all mail that comes in was submitted by users who logged in")
          .orElse("no");
  static final Setting<String> SUBMISSION_IP =
      ip(
              "MAILFORWARDER_SUBMISSION_IP",
              "address of a second listener, whose mail was all submitted; default:"
                  + " MAILFORWARDER_INPUT_IP")
          .optional();
  static final Setting<Integer> SUBMISSION_PORT =
      Setting.of(
              "MAILFORWARDER_SUBMISSION_PORT",
              SettingTypes.listenPort(),
              "its port; where it is set, mail at MAILFORWARDER_INPUT_PORT was not submitted,"
                  + " whatever its header says")
          .optional();
  static final Setting<List<String>> EDGE_NAMES =
      Setting.of(
              "MAILFORWARDER_EDGE_NAMES",
              SettingTypes.list(SettingTypes.host()),
              "names that the edge writes after by into Received fields, which tell whether a"
                  + " message was submitted; default: this host's and /etc/mailname's")
          .optional();

  static final Setting<List<Secret>> SRS_SECRET =
      Setting.secret(
              "MAILFORWARDER_SRS_SECRET",
              SettingTypes.lines(SettingTypes.secret()),
              "secrets of SRS addresses, one a line: the first signs, all verify; the database"
                  + " gets them; default: those of the database")
          .acceptedAsFlagWithWarning()
          .optional();
  static final Setting<SrsForm> SRS_FORM =
      Setting.of(
              "MAILFORWARDER_SRS_FORM",
              SettingTypes.oneOf(SrsForm.class),
              "how the hash of an SRS address is made: as Mail::SRS and postsrsd make it, for"
                  + " secrets that are shared with them, or over separated parts; the database"
                  + " gets it; default: what the database says")
          .optional();
  static final Setting<String> SRS_DOMAIN =
      Setting.of(
              "MAILFORWARDER_SRS_DOMAIN",
              SettingTypes.host(),
              "domain of all SRS addresses; default: the domain of each alias")
          .optional();
  static final Setting<Integer> SRS_MIN_HASH_LENGTH =
      Setting.of(
              "MAILFORWARDER_SRS_MIN_HASH_LENGTH",
              SettingTypes.integer(1, Srs.DEFAULT_HASH_LENGTH),
              "characters that the hash of an SRS address needs to be accepted")
          .orElse(String.valueOf(Srs.DEFAULT_HASH_LENGTH));

  static final Setting<Integer> MAX_TARGETS =
      Setting.of(
              "MAILFORWARDER_MAX_TARGETS",
              SettingTypes.integer(1, 100_000),
              "addresses that get a copy of one message, one list's among them, where fewer than"
                  + " `authserver site show` says; default: what that says")
          .optional();
  static final Setting<Integer> MAX_OPEN_TRANSACTIONS =
      Setting.of(
              "MAILFORWARDER_MAX_OPEN_TRANSACTIONS",
              SettingTypes.integer(1, 100),
              "transactions with next hops that a message has at once, those for recipients over a"
                  + " next hop's limit included; further ones go in sequence")
          .orElse(String.valueOf(FanOutLimits.DEFAULTS.openTransactions()));

  static final Setting<Duration> GIVE_UP_AFTER =
      Setting.of(
              "MAILFORWARDER_GIVE_UP_AFTER",
              SettingTypes.duration(Duration.ofMinutes(1), Duration.ofDays(7)),
              "time after which a target that still fails counts as refused, where others have the"
                  + " message; below the expiry of OpenSMTPD's queue")
          .orElse(SettingTypes.print(FanOutLimits.DEFAULTS.giveUpAfter()));
  static final Setting<Duration> KEEP_OUTCOMES =
      Setting.of(
              "MAILFORWARDER_KEEP_OUTCOMES",
              SettingTypes.duration(Duration.ofDays(1), Duration.ofDays(60)),
              "time for which it is remembered what a message's targets have answered; above the"
                  + " expiry of OpenSMTPD's queue")
          .orElse("7d");

  static final Setting<DatabaseUrl> DATABASE = DatabaseSettings.url();

  /** dkimsigner comes later in the line, and OpenSMTPD's own limit of 100 still later. */
  private static final int MAX_RECEIVED_FIELDS = 50;

  static final SmtpSettings SMTP =
      new SmtpSettings(
          "MAILFORWARDER", FrontLimits.DEFAULTS.withReceivedFields(MAX_RECEIVED_FIELDS));

  private ForwarderSettings() {}

  /** Returns every setting, in the order of the documentation. */
  static List<Setting<?>> all() {
    List<Setting<?>> settings = new ArrayList<>();
    settings.addAll(List.of(INPUT_IP, INPUT_PORT, LOCAL_DELIVERY_IP, LOCAL_DELIVERY_PORT));
    settings.addAll(List.of(REMOTE_RELAY_IP, REMOTE_RELAY_PORT));
    settings.addAll(List.of(TRANSACTIONAL_RELAY_IP, TRANSACTIONAL_RELAY_PORT));
    settings.addAll(List.of(DATABASE, EDGE_NAMES));
    settings.addAll(List.of(SUBMISSION_ONLY, SUBMISSION_IP, SUBMISSION_PORT));
    settings.addAll(List.of(SRS_SECRET, SRS_FORM, SRS_DOMAIN, SRS_MIN_HASH_LENGTH));
    settings.addAll(List.of(MAX_TARGETS, MAX_OPEN_TRANSACTIONS, GIVE_UP_AFTER, KEEP_OUTCOMES));
    settings.addAll(SMTP.all());
    return settings;
  }

  /**
   * Returns the settings on which decisions rest, for a program that sends nothing. The secrets of
   * SRS addresses may be absent.
   */
  public static SettingsTable deciding() {
    return SettingsTable.of(
        "mailforwarder",
        List.of(
            LOCAL_DELIVERY_IP,
            LOCAL_DELIVERY_PORT,
            REMOTE_RELAY_IP,
            REMOTE_RELAY_PORT,
            TRANSACTIONAL_RELAY_IP,
            TRANSACTIONAL_RELAY_PORT,
            INPUT_IP,
            INPUT_PORT,
            EDGE_NAMES,
            SUBMISSION_ONLY,
            SUBMISSION_IP,
            SUBMISSION_PORT,
            SMTP.hostName(),
            SRS_SECRET,
            SRS_FORM,
            SRS_DOMAIN,
            SRS_MIN_HASH_LENGTH,
            MAX_TARGETS));
  }

  private static Setting<String> ip(String name, String effect) {
    return Setting.of(name, SettingTypes.host(), effect);
  }

  private static Setting<Integer> port(String name, String effect) {
    return Setting.of(name, SettingTypes.port(), effect);
  }

  /**
   * Where mail comes in.
   *
   * @param submissions where all mail was submitted, if there is such a listener
   */
  public record Listeners(HostPort input, Optional<HostPort> submissions) {}

  /**
   * Returns where mail comes in.
   *
   * @throws StartException where the settings contradict each other
   */
  public static Listeners listeners(Settings settings) throws StartException {
    HostPort input = new HostPort(settings.get(INPUT_IP), settings.get(INPUT_PORT));
    Optional<String> ip = settings.find(SUBMISSION_IP);
    Optional<HostPort> submissions =
        settings.find(SUBMISSION_PORT).map(port -> new HostPort(ip.orElse(input.host()), port));
    List<String> problems = new ArrayList<>();
    if (submissions.isPresent() && settings.get(SUBMISSION_ONLY)) {
      problems.add(
          SUBMISSION_ONLY + ": all mail is submitted, or what comes in at " + SUBMISSION_PORT);
    }
    if (submissions.isEmpty() && ip.isPresent()) {
      problems.add(SUBMISSION_IP + ": needs " + SUBMISSION_PORT);
    }
    if (submissions.filter(input::equals).isPresent() && input.port() != 0) {
      problems.add(SUBMISSION_PORT + ": is the same address as " + INPUT_PORT);
    }
    if (!problems.isEmpty()) {
      throw StartException.wrongSettings(problems);
    }
    return new Listeners(input, submissions);
  }

  /**
   * Returns what {@code MAILFORWARDER_INPUT_PORT} says about the mail that comes in there. Asks the
   * resolver for the names of this host where those of the edge are not configured.
   */
  public static Entrance entrance(Settings settings) {
    EdgeNames names =
        EdgeNames.of(
            settings.find(EDGE_NAMES).orElseGet(EdgeNames::ofThisHost), SMTP.ourName(settings));
    if (settings.find(SUBMISSION_PORT).isPresent()) {
      return new Entrance(Entrance.Kind.OTHERS, names);
    }
    return new Entrance(
        settings.get(SUBMISSION_ONLY) ? Entrance.Kind.SUBMISSIONS : Entrance.Kind.MIXED, names);
  }

  /** Returns the next hop of what is passed on unchanged. */
  public static HostPort localDelivery(Settings settings) {
    return new HostPort(settings.get(LOCAL_DELIVERY_IP), settings.get(LOCAL_DELIVERY_PORT));
  }

  /** Returns the next hop of forwarded copies. */
  public static HostPort remoteRelay(Settings settings) {
    return new HostPort(settings.get(REMOTE_RELAY_IP), settings.get(REMOTE_RELAY_PORT));
  }

  /** Returns the transactional relay, where one is configured. */
  public static Optional<HostPort> transactionalRelay(Settings settings) {
    Optional<String> ip = settings.find(TRANSACTIONAL_RELAY_IP);
    Optional<Integer> port = settings.find(TRANSACTIONAL_RELAY_PORT);
    return ip.isEmpty() && port.isEmpty()
        ? Optional.empty()
        : Optional.of(new HostPort(ip.orElse("127.0.0.1"), port.orElse(10_047)));
  }

  /** Returns how many addresses get a copy of one message, where the setting lowers that. */
  static OptionalInt maxTargets(Settings settings) {
    return settings.find(MAX_TARGETS).map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  /**
   * Returns how many addresses get a copy of one message.
   *
   * @param ofTheSite what the database says
   */
  public static int maxTargets(Settings settings, int ofTheSite) {
    return TargetLimit.smaller(maxTargets(settings), ofTheSite);
  }

  /** Returns what the settings say about return addresses. */
  static SrsSettings srs(Settings settings) {
    return new SrsSettings(
        settings.find(SRS_SECRET).orElse(List.of()).stream()
            .map(secret -> secret.reveal().getBytes(StandardCharsets.UTF_8))
            .toList(),
        settings.find(SRS_FORM),
        srsDomain(settings),
        settings.get(SRS_MIN_HASH_LENGTH));
  }

  /**
   * Returns how return addresses are made and read; empty where neither the settings nor the
   * database have a secret.
   *
   * @param known what the database knows; null without one
   */
  public static Optional<ReturnAddresses> returnAddresses(
      Settings settings, @Nullable SrsKeys known) {
    SrsSettings srs = srs(settings);
    return known == null ? srs.alone() : srs.with(known);
  }

  /** Returns the characters that a hash as Mail::SRS makes it needs to be accepted. */
  public static int minHashLength(Settings settings) {
    return settings.get(SRS_MIN_HASH_LENGTH);
  }

  /** Returns the folded domain of all SRS addresses; empty for the domain of each alias. */
  public static Optional<String> srsDomain(Settings settings) {
    return settings.find(SRS_DOMAIN).map(Mailbox::foldDomain);
  }

  static FanOutLimits limits(Settings settings) {
    return new FanOutLimits(
        settings.get(MAX_OPEN_TRANSACTIONS),
        settings.find(MAX_TARGETS).orElse(FanOutLimits.DEFAULTS.targets()),
        FanOutLimits.DEFAULTS.poolWait(),
        FanOutLimits.DEFAULTS.reply(),
        settings.get(GIVE_UP_AFTER));
  }
}
