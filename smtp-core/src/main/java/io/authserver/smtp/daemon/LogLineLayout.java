package io.authserver.smtp.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import io.authserver.smtp.address.AsciiCase;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.event.KeyValuePair;

/**
 * Writes an event as one line of {@code key=value}: the time (or, for the journal, its priority as
 * {@code <N>}), level, logger, what the message says, an exception with its trace. Control
 * characters of all of them are escaped.
 */
final class LogLineLayout extends LayoutBase<ILoggingEvent> {
  private static final Pattern KEY_FIRST =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*=.*", Pattern.DOTALL);
  private static final Pattern PLAIN = Pattern.compile("[^\\s\"=]+");

  private final boolean forJournal;

  LogLineLayout(boolean forJournal) {
    this.forJournal = forJournal;
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(200);
    if (forJournal) {
      // sd-daemon(3): the journal takes the priority from the line and has its own time.
      line.append('<').append(priority(event.getLevel())).append('>');
    } else {
      line.append(Instant.ofEpochMilli(event.getTimeStamp()).truncatedTo(ChronoUnit.MILLIS));
      line.append(' ');
    }
    line.append("level=").append(AsciiCase.lower(event.getLevel().toString()));
    String logger = event.getLoggerName();
    line.append(" logger=").append(logger, logger.lastIndexOf('.') + 1, logger.length());
    String message = event.getFormattedMessage();
    if (message != null && KEY_FIRST.matcher(message).matches()) {
      line.append(' ').append(ControlCharacters.escape(message));
    } else if (message != null && !message.isEmpty()) {
      append(line, "message", message);
    }
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      for (KeyValuePair pair : pairs) {
        append(line, pair.key, String.valueOf(pair.value));
      }
    }
    if (event.getThrowableProxy() != null) {
      append(line, "exception", ThrowableProxyUtil.asString(event.getThrowableProxy()).strip());
    }
    return line.append('\n').toString();
  }

  private static void append(StringBuilder line, String key, String value) {
    line.append(' ').append(ControlCharacters.escape(key)).append('=');
    if (PLAIN.matcher(value).matches()) {
      line.append(ControlCharacters.escape(value));
    } else {
      line.append('"');
      line.append(ControlCharacters.escape(value.replace("\\", "\\\\").replace("\"", "\\\"")));
      line.append('"');
    }
  }

  /** RFC 5424 §6.2.1, table 2. */
  private static int priority(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> 3;
      case Level.WARN_INT -> 4;
      case Level.INFO_INT -> 6;
      default -> 7;
    };
  }
}
