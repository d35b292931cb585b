package io.authserver.smtp.daemon;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.message.Spool;
import io.authserver.smtp.relay.NextHopConfiguration;
import io.authserver.smtp.server.FrontLimits;
import io.authserver.smtp.server.FrontTimeouts;
import io.authserver.smtp.server.Network;
import io.authserver.smtp.server.SmtpFront;
import io.authserver.smtp.server.StartTls;
import io.authserver.smtp.server.StrayLineEnds;
import io.authserver.smtp.tls.InvalidCertificateException;
import io.authserver.smtp.tls.TlsCertificate;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The settings that every SMTP daemon has: the limits and timeouts of its front and of the next
 * hop, under the daemon's own prefix, e.g. {@code DKIMSIGNER_MAX_MESSAGE_SIZE}.
 */
public final class SmtpSettings {
  private static final Duration SECOND = Duration.ofSeconds(1);
  static final Duration HOUR = Duration.ofHours(1);

  private final Setting<List<Network>> allowedClients;
  private final Setting<String> hostName;
  private final Setting<Path> spoolDirectory;
  private final Setting<Long> spoolQuota;
  private final Setting<Long> memoryBudget;
  private final Setting<Long> workingMemory;
  private final Setting<Long> messageSize;
  private final Setting<Integer> recipients;
  private final Setting<Integer> sessions;
  private final Setting<Integer> sessionsPerClient;
  private final Setting<Integer> commandLine;
  private final Setting<Long> headerSize;
  private final Setting<Integer> headerFields;
  private final Setting<Long> lineLength;
  private final Setting<Integer> receivedFields;
  private final Setting<Integer> errors;
  private final Setting<Duration> commandTimeout;
  private final Setting<Duration> dataTimeout;
  private final Setting<Duration> messageTimeout;
  private final Setting<Duration> sessionTimeout;
  private final Setting<Duration> writeTimeout;
  private final Setting<Duration> finalDotTimeout;
  private final Setting<Duration> replyTimeout;
  private final Setting<StrayLineEnds> strayLineEnds;
  private final Setting<Path> tlsCertificate;
  private final Setting<Path> tlsKey;
  private final Setting<Boolean> tlsOnLoopback;
  private final Setting<Duration> tlsHandshakeTimeout;
  private final NextHopSettings nextHop;

  /**
   * Defines the settings.
   *
   * @param prefix the daemon's, e.g. {@code DKIMSIGNER}
   */
  public SmtpSettings(String prefix) {
    this(prefix, FrontLimits.DEFAULTS);
  }

  /**
   * Defines the settings.
   *
   * @param limits what holds where nothing is configured
   */
  public SmtpSettings(String prefix, FrontLimits limits) {
    FrontTimeouts timeouts = FrontTimeouts.DEFAULTS;
    allowedClients =
        Setting.of(
                prefix + "_ALLOWED_CLIENTS",
                SettingTypes.list(SettingTypes.network()),
                "clients that may connect (421 4.7.1); must be set where a listener is not on"
                    + " loopback; default: 127.0.0.0/8, ::1")
            .optional();
    hostName =
        Setting.of(
                prefix + "_HOSTNAME",
                SettingTypes.host(),
                "our name in the banner, in EHLO and in Received; default: the machine's")
            .optional();
    spoolDirectory =
        Setting.of(
                "SPOOL_DIR",
                SettingTypes.path(),
                "where messages go that do not fit the memory budget; no tmpfs")
            .orElse("/var/tmp");
    spoolQuota =
        Setting.of(
                prefix + "_SPOOL_QUOTA",
                SettingTypes.byteSize(1024, 1L << 40),
                "bytes of all messages there together; at least the largest message (452 4.3.1)")
            .orElse((Spool.DEFAULT_QUOTA_BYTES >> 30) + "GiB");
    memoryBudget =
        Setting.of(
                prefix + "_MEMORY_BUDGET",
                SettingTypes.byteSize(0, 64L << 30),
                "memory for the messages of all sessions together; beyond it they are spooled")
            .orElse((MemoryBudget.DEFAULT_BYTES >> 20) + "MiB");
    workingMemory =
        Setting.of(
                prefix + "_WORKING_MEMORY",
                SettingTypes.byteSize(8L << 20, 64L << 30),
                "memory for header sections, expansions of recipients and notifications of all"
                    + " sessions together (452 4.3.1)")
            .orElse((MemoryBudget.DEFAULT_WORKING_BYTES >> 20) + "MiB");
    messageSize =
        Setting.of(
                prefix + "_MAX_MESSAGE_SIZE",
                SettingTypes.byteSize(1024, 1L << 31),
                "largest message, offered as SIZE; at least the edge's (552 5.3.4)")
            .orElse((limits.messageSize() >> 20) + "MiB");
    recipients =
        count(
            prefix + "_MAX_RECIPIENTS",
            limits.recipients(),
            100,
            100_000,
            "recipients of a transaction (452 4.5.3)");
    sessions =
        count(prefix + "_MAX_SESSIONS", limits.sessions(), 1, 100_000, "sessions (421 4.3.2)");
    sessionsPerClient =
        count(
            prefix + "_MAX_SESSIONS_PER_CLIENT",
            limits.sessionsPerClient(),
            1,
            100_000,
            "sessions of a client address, of a /64 with IPv6; loopback is not counted (421"
                + " 4.7.0)");
    commandLine =
        count(
            prefix + "_MAX_COMMAND_LINE",
            limits.commandLine(),
            512,
            65_536,
            "octets of a command line (500 5.5.2)");
    headerSize =
        Setting.of(
                prefix + "_MAX_HEADER_SIZE",
                SettingTypes.byteSize(1024, 64L << 20),
                "largest header section of a message (552 5.3.4)")
            .orElse(byteSize(limits.headerSize()));
    headerFields =
        count(
            prefix + "_MAX_HEADER_FIELDS",
            limits.headerFields(),
            100,
            1_000_000,
            "fields of the header section of a message (552 5.3.4)");
    lineLength =
        Setting.of(
                prefix + "_MAX_LINE_LENGTH",
                SettingTypes.byteSize(1000, 64L << 20),
                "longest line of a message (554 5.6.0)")
            .orElse((limits.lineLength() >> 10) + "KiB");
    receivedFields =
        count(
            prefix + "_MAX_RECEIVED_FIELDS",
            limits.receivedFields(),
            1,
            1000,
            "Received fields of a message; more is a loop (554 5.4.6)");
    errors =
        count(
            prefix + "_MAX_ERRORS",
            limits.errors(),
            1,
            100_000,
            "commands in error of a session (421 4.7.0)");
    commandTimeout =
        time(
            prefix + "_COMMAND_TIMEOUT",
            timeouts.command(),
            HOUR,
            "wait for a command (421 4.4.2)");
    dataTimeout =
        time(
            prefix + "_DATA_TIMEOUT",
            timeouts.dataBlock(),
            HOUR,
            "wait for more of a message (421 4.4.2)");
    messageTimeout =
        time(
            prefix + "_MESSAGE_TIMEOUT",
            timeouts.message(),
            Duration.ofHours(24),
            "time for a whole message to come in (421 4.4.2)");
    sessionTimeout =
        time(
            prefix + "_SESSION_TIMEOUT",
            timeouts.session(),
            Duration.ofHours(24),
            "age at which a session ends between transactions (421 4.4.2)");
    writeTimeout =
        time(
            prefix + "_WRITE_TIMEOUT",
            timeouts.write(),
            HOUR,
            "time for a client to take a reply; its connection is closed beyond");
    finalDotTimeout =
        time(
            prefix + "_FINAL_DOT_TIMEOUT",
            timeouts.finalDot(),
            HOUR,
            "how long a stop waits for messages that were received to the final dot");
    replyTimeout =
        time(
            prefix + "_REPLY_TIMEOUT",
            timeouts.reply(),
            timeouts.reply(),
            "time for our own work between a command and its reply (451 4.3.0)");
    strayLineEnds =
        Setting.of(
                prefix + "_STRAY_LINE_ENDS",
                SettingTypes.oneOf(StrayLineEnds.class),
                "a bare CR or LF in a message is converted, or the message refused (550 5.6.11)")
            .orElse("convert");
    tlsCertificate =
        Setting.secretFile(
                prefix + "_TLS_CERTIFICATE_FILE",
                SettingTypes.path(),
                "certificate chain of STARTTLS in PEM, read again when it changes; without it"
                    + " STARTTLS is not offered")
            .optional();
    tlsKey =
        Setting.secretFile(
                prefix + "_TLS_KEY_FILE",
                SettingTypes.path(),
                "its private key in PEM (PKCS #8, not encrypted)")
            .optional();
    tlsOnLoopback =
        Setting.of(
                prefix + "_TLS_ON_LOOPBACK",
                SettingTypes.bool(),
                "whether STARTTLS is offered to clients on this machine, too")
            .orElse("no");
    tlsHandshakeTimeout =
        time(
            prefix + "_TLS_HANDSHAKE_TIMEOUT",
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            "time for a TLS handshake; the connection is closed beyond");
    nextHop = new NextHopSettings(prefix);
  }

  /** Returns a size as it is configured, in the largest unit that fits. */
  private static String byteSize(int bytes) {
    return bytes % (1 << 20) == 0 ? (bytes >> 20) + "MiB" : (bytes >> 10) + "KiB";
  }

  /** Returns all of them, for the daemon's table. */
  public List<Setting<?>> all() {
    List<Setting<?>> all =
        new ArrayList<>(
            List.of(
                allowedClients,
                hostName,
                spoolDirectory,
                spoolQuota,
                memoryBudget,
                workingMemory,
                messageSize,
                recipients,
                sessions,
                sessionsPerClient,
                commandLine,
                headerSize,
                headerFields,
                lineLength,
                receivedFields,
                errors,
                commandTimeout,
                dataTimeout,
                messageTimeout,
                sessionTimeout,
                writeTimeout,
                finalDotTimeout,
                replyTimeout,
                strayLineEnds,
                tlsCertificate,
                tlsKey,
                tlsOnLoopback,
                tlsHandshakeTimeout));
    all.addAll(nextHop.all());
    return List.copyOf(all);
  }

  /**
   * Returns what all fronts of a daemon share.
   *
   * @throws StartException where a setting contradicts another, or the files of STARTTLS cannot be
   *     used
   */
  public FrontResources resources(Settings settings, InstantSource clock) throws StartException {
    List<String> problems = new ArrayList<>();
    if (settings.get(spoolQuota) < settings.get(messageSize)) {
      problems.add(spoolQuota.name() + ": must be at least " + messageSize.name());
    }
    Optional<TlsCertificate> certificate = certificate(settings, clock, problems);
    if (!problems.isEmpty()) {
      throw StartException.wrongSettings(problems);
    }
    return new FrontResources(
        new MemoryBudget(settings.get(memoryBudget)),
        new MemoryBudget(settings.get(workingMemory)),
        new MemoryBudget(settings.get(spoolQuota)),
        certificate);
  }

  private Optional<TlsCertificate> certificate(
      Settings settings, InstantSource clock, List<String> problems) {
    Optional<Path> chain = settings.find(tlsCertificate);
    Optional<Path> key = settings.find(tlsKey);
    if (chain.isPresent() != key.isPresent()) {
      problems.add(tlsCertificate.name() + ", " + tlsKey.name() + ": one of them needs the other");
    }
    if (chain.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(TlsCertificate.load(chain.get(), key.get(), clock));
    } catch (InvalidCertificateException e) {
      e.problems().forEach(problem -> problems.add("STARTTLS: " + problem));
      return Optional.empty();
    }
  }

  /**
   * Looks whether messages can be spooled, and warns where they would be kept in memory.
   *
   * @return the directory
   * @throws StartException when they cannot
   */
  public Path spoolDirectory(Settings settings) throws StartException {
    Path directory = settings.get(spoolDirectory);
    SpoolDirectory.check(directory);
    return directory;
  }

  /**
   * Listens as {@link DaemonAssembly#listen} does. What others than this machine can reach needs to
   * be told who may: whoever connects has mail signed or forwarded.
   *
   * @return nothing where it failed, which is reported
   */
  public Optional<ServerSocket> listen(DaemonAssembly daemon, HostPort address) {
    requireClients(daemon, address);
    return daemon.attempt(() -> daemon.listen(address));
  }

  /** Listens as {@link DaemonAssembly#bind} does, with the same care. */
  public Optional<ServerSocket> bind(DaemonAssembly daemon, HostPort address) {
    requireClients(daemon, address);
    return daemon.attempt(() -> daemon.bind(address));
  }

  private void requireClients(DaemonAssembly daemon, HostPort address) {
    Optional<Boolean> _ =
        daemon.attempt(
            () -> {
              if (!isLoopback(address) && daemon.settings().find(allowedClients).isEmpty()) {
                throw StartException.wrongSettings(
                    List.of(
                        allowedClients.name()
                            + ": must be set, since "
                            + address
                            + " is not on loopback"));
              }
              return true;
            });
  }

  private static boolean isLoopback(HostPort address) {
    try {
      return address.resolve().getAddress().isLoopbackAddress();
    } catch (UnknownHostException e) {
      // Nobody can listen on it, and that is said by who tries.
      return true;
    }
  }

  /** Returns a front with the limits, timeouts and names as they are configured. */
  public SmtpFront.Builder front(Settings settings, FrontResources shared) {
    SmtpFront.Builder builder = SmtpFront.builder();
    shared
        .certificate()
        .ifPresent(
            certificate ->
                builder.startTls(
                    new StartTls(
                        certificate,
                        settings.get(tlsOnLoopback),
                        settings.get(tlsHandshakeTimeout))));
    return builder
        .allowedClients(settings.find(allowedClients).orElse(Network.LOOPBACK))
        .hostName(ourName(settings))
        .memoryBudget(shared.budget())
        .workingMemory(shared.working())
        .spoolDirectory(settings.get(spoolDirectory))
        .spoolQuota(shared.spoolQuota())
        .strayLineEnds(settings.get(strayLineEnds))
        .limits(
            new FrontLimits(
                settings.get(messageSize),
                settings.get(recipients),
                settings.get(sessions),
                settings.get(sessionsPerClient),
                settings.get(commandLine),
                Math.toIntExact(settings.get(headerSize)),
                settings.get(headerFields),
                Math.toIntExact(settings.get(lineLength)),
                settings.get(receivedFields),
                settings.get(errors),
                FrontLimits.DEFAULTS.backlog()))
        .timeouts(
            new FrontTimeouts(
                settings.get(commandTimeout),
                settings.get(dataTimeout),
                settings.get(messageTimeout),
                settings.get(sessionTimeout),
                settings.get(writeTimeout),
                settings.get(finalDotTimeout),
                settings.get(replyTimeout)));
  }

  /** Returns how a next hop is spoken to. */
  public NextHopConfiguration nextHop(Settings settings, HostPort address) {
    return nextHop.configuration(settings, address, ourName(settings));
  }

  /** Returns the setting of our name, for a program that reads this one alone. */
  public Setting<String> hostName() {
    return hostName;
  }

  /** Returns our name; RFC 5321 §4.1.3 has the address literal for a machine without one. */
  public String ourName(Settings settings) {
    return settings.find(hostName).orElseGet(SmtpSettings::machineName);
  }

  private static String machineName() {
    try {
      String name = InetAddress.getLocalHost().getHostName();
      return name.matches("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?") ? name : "[127.0.0.1]";
    } catch (UnknownHostException e) {
      return "[127.0.0.1]";
    }
  }

  static Setting<Integer> count(String name, int value, int min, int max, String effect) {
    return Setting.of(name, SettingTypes.integer(min, max), effect).orElse(String.valueOf(value));
  }

  static Setting<Duration> time(String name, Duration value, Duration max, String effect) {
    return Setting.of(name, SettingTypes.duration(SECOND, max), effect)
        .orElse(SettingTypes.print(value));
  }
}
