package io.authserver.smtp.server;

/**
 * The limits of a front.
 *
 * @param messageSize bytes of a message, offered as SIZE; 552 5.3.4 beyond
 * @param recipients accepted recipients of a transaction; 452 4.5.3 beyond
 * @param sessions sessions at a time; 421 4.3.2 beyond
 * @param sessionsPerClient sessions of a client address at a time, of a /64 with IPv6, loopback not
 *     counted; 421 4.7.0 beyond
 * @param commandLine octets of a command line; 500 5.5.2 beyond
 * @param headerSize bytes of a header section; 552 5.3.4 beyond
 * @param headerFields fields of a header section; 552 5.3.4 beyond
 * @param lineLength octets of a line of a message; 554 5.6.0 beyond
 * @param receivedFields Received fields of a message; 554 5.4.6 beyond
 * @param errors commands of a session that are in error; 421 4.7.0 beyond
 * @param backlog connections that wait to be accepted
 */
public record FrontLimits(
    long messageSize,
    int recipients,
    int sessions,
    int sessionsPerClient,
    int commandLine,
    int headerSize,
    int headerFields,
    int lineLength,
    int receivedFields,
    int errors,
    int backlog) {
  /** What holds where nothing is configured. */
  public static final FrontLimits DEFAULTS =
      new FrontLimits(100L << 20, 1000, 4096, 50, 4096, 1 << 20, 5000, 64 << 10, 100, 100, 1024);

  /** Returns the same with another limit of Received fields. */
  public FrontLimits withReceivedFields(int most) {
    return new FrontLimits(
        messageSize,
        recipients,
        sessions,
        sessionsPerClient,
        commandLine,
        headerSize,
        headerFields,
        lineLength,
        most,
        errors,
        backlog);
  }

  /** Checks that each is positive, and that RFC 5321's smallest command line fits. */
  public FrontLimits {
    if (messageSize < 1
        || recipients < 1
        || sessions < 1
        || sessionsPerClient < 1
        || commandLine < 512
        || headerSize < 1
        || headerFields < 1
        || lineLength < 1
        || receivedFields < 1
        || errors < 1
        || backlog < 1) {
      throw new IllegalArgumentException("a limit of the SMTP front is too small");
    }
  }
}
