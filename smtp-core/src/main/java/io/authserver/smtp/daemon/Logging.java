package io.authserver.smtp.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.authserver.smtp.address.AsciiCase;
import org.slf4j.LoggerFactory;

/** Sets what is logged. Where and how is {@link LogConfigurator}'s business. */
public final class Logging {
  /** The environment variable that names the level. */
  static final String LEVEL_VARIABLE = "AUTHSERVER_LOG_LEVEL";

  private Logging() {}

  /** Logs events of this level and the more severe ones. */
  public static void setLevel(LogLevel level) {
    if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(Level.toLevel(level.name()));
    }
  }

  /**
   * Logs warnings and errors only, as a command line does, unless AUTHSERVER_LOG_LEVEL says what to
   * log.
   */
  public static void quiet() {
    if (System.getenv(LEVEL_VARIABLE) == null) {
      setLevel(LogLevel.WARN);
    }
  }

  /** Returns the level that a text names, or INFO: a wrong one is reported with the settings. */
  static Level levelOf(String text) {
    return Level.toLevel(AsciiCase.upper(text), Level.INFO);
  }
}
