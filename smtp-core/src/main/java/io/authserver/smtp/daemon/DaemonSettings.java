package io.authserver.smtp.daemon;

import io.authserver.smtp.address.AsciiCase;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;

/**
 * The settings that every daemon has.
 *
 * @param logLevel what is logged
 * @param health where health and metrics are served, off unless set
 * @param stopLinger how long a client may be idle that a stop serves as before
 * @param stopTimeout how long a stop waits for transactions
 */
record DaemonSettings(
    Setting<LogLevel> logLevel,
    Setting<HostPort> health,
    Setting<Duration> stopLinger,
    Setting<Duration> stopTimeout) {

  /** Makes the definitions for a program. */
  static DaemonSettings of(String program) {
    String prefix = AsciiCase.upper(program).replace('-', '_') + "_";
    return new DaemonSettings(
        Setting.of(
                Logging.LEVEL_VARIABLE,
                SettingTypes.oneOf(LogLevel.class),
                "least severe events that are logged")
            .orElse("info"),
        Setting.of(
                prefix + "HEALTH_LISTEN",
                SettingTypes.hostPort()
                    .checked(
                        DaemonSettings::isLoopback, "must be an address of the loopback interface")
                    .described("host:port on loopback"),
                "where /healthz, /readyz and /metrics are served over HTTP")
            .optional(),
        // OpenSMTPD keeps a connection for 10 s after its last message, and takes a 421 that comes
        // meanwhile for the answer to its next one, which then waits 400 s.
        Setting.of(
                prefix + "STOP_LINGER",
                SettingTypes.duration(Duration.ZERO, Duration.ofHours(1)),
                "how long a connected client may be idle before a stop tells it 421; until then it"
                    + " is served as before, for half of "
                    + prefix
                    + "STOP_TIMEOUT at most")
            .orElse("15s"),
        Setting.of(
                prefix + "STOP_TIMEOUT",
                SettingTypes.duration(Duration.ZERO, Duration.ofHours(1)),
                "how long a stop waits for the transactions that are under way")
            .orElse("240s"));
  }

  List<Setting<?>> all() {
    return List.of(logLevel, health, stopLinger, stopTimeout);
  }

  private static boolean isLoopback(HostPort address) {
    boolean literal = address.host().matches("[0-9.]+|.*:.*");
    if (!literal) {
      return AsciiCase.equal(address.host(), "localhost");
    }
    try {
      return InetAddress.getByName(address.host()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
