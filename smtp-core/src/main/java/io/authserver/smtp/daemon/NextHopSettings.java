package io.authserver.smtp.daemon;

import io.authserver.smtp.relay.NextHopConfiguration;
import io.authserver.smtp.relay.RelayTimeouts;
import java.time.Duration;
import java.util.List;

/** The settings of every next hop of a daemon, under its prefix. */
final class NextHopSettings {
  private final Setting<Integer> connections;
  private final Setting<Integer> messages;
  private final Setting<Duration> idle;
  private final Setting<Duration> connectTimeout;
  private final Setting<Duration> timeout;
  private final Setting<Duration> extensionsAge;

  NextHopSettings(String prefix) {
    connections =
        SmtpSettings.count(
            prefix + "_NEXT_HOP_CONNECTIONS",
            50,
            1,
            10_000,
            "connections to each next hop at most");
    messages =
        SmtpSettings.count(
            prefix + "_NEXT_HOP_MESSAGES",
            80,
            1,
            1_000_000,
            "messages over one connection to a next hop; OpenSMTPD allows 100");
    idle =
        SmtpSettings.time(
            prefix + "_NEXT_HOP_IDLE",
            Duration.ofSeconds(30),
            SmtpSettings.HOUR,
            "time that an idle connection to a next hop is kept");
    connectTimeout =
        SmtpSettings.time(
            prefix + "_NEXT_HOP_CONNECT_TIMEOUT",
            RelayTimeouts.DEFAULTS.connect(),
            Duration.ofMinutes(2),
            "wait for a connection to a next hop (451 4.4.1)");
    timeout =
        SmtpSettings.time(
            prefix + "_NEXT_HOP_TIMEOUT",
            RelayTimeouts.DEFAULTS.total(),
            RelayTimeouts.MAXIMUM,
            "all that a next hop may take before we answer our client (451 4.4.2)");
    extensionsAge =
        SmtpSettings.time(
            prefix + "_NEXT_HOP_EXTENSIONS_AGE",
            Duration.ofMinutes(5),
            Duration.ofHours(24),
            "time after which a next hop is asked again what it offers");
  }

  List<Setting<?>> all() {
    return List.of(connections, messages, idle, connectTimeout, timeout, extensionsAge);
  }

  /** Returns how a next hop is spoken to by a host of this name. */
  NextHopConfiguration configuration(Settings settings, HostPort address, String ourName) {
    Duration total = settings.get(timeout);
    RelayTimeouts standard = RelayTimeouts.DEFAULTS;
    return new NextHopConfiguration(
        address.host(),
        address.port(),
        ourName,
        settings.get(connections),
        settings.get(idle),
        settings.get(messages),
        new RelayTimeouts(
            earlier(settings.get(connectTimeout), total),
            earlier(standard.banner(), total),
            earlier(standard.ehlo(), total),
            earlier(standard.envelope(), total),
            earlier(standard.data(), total),
            earlier(standard.block(), total),
            earlier(standard.finalReply(), total),
            total),
        settings.get(extensionsAge));
  }

  private static Duration earlier(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
