package io.authserver.smtp.daemon;

/** What is logged: events of this level and the more severe ones. */
public enum LogLevel {
  TRACE,
  DEBUG,
  INFO,
  WARN,
  ERROR,
  OFF
}
