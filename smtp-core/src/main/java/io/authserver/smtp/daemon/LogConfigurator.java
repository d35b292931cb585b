package io.authserver.smtp.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;

/**
 * Configures Logback without a file, which also starts faster: one line an event on standard error,
 * for the journal where systemd reads it. Found by Logback as a service.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {
  @Override
  public ExecutionStatus configure(LoggerContext context) {
    Map<String, String> environment = System.getenv();
    LogLineLayout layout = new LogLineLayout(environment.containsKey("JOURNAL_STREAM"));
    layout.setContext(context);
    layout.start();

    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(layout);
    encoder.start();

    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName("stderr");
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();

    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(
        Logging.levelOf(
            Objects.requireNonNullElse(environment.get(Logging.LEVEL_VARIABLE), "info")));
    root.addAppender(appender);
    // SubEthaSMTP logs each command and each broken connection. HikariCP and pgjdbc log, with stack
    // traces, what they also throw: it is logged once, by who handles it.
    context.getLogger("org.subethamail").setLevel(Level.WARN);
    context.getLogger("com.zaxxer.hikari").setLevel(Level.ERROR);
    context.getLogger("org.postgresql").setLevel(Level.ERROR);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
