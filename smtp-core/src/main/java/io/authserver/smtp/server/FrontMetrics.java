package io.authserver.smtp.server;

import io.authserver.smtp.address.AsciiCase;
import java.time.Duration;

/** What a front counts. Called by many threads; must be quick and not throw. */
public interface FrontMetrics {
  /** Counts nothing. */
  FrontMetrics NONE = new FrontMetrics() {};

  /** A limit that was met. */
  enum Limit {
    MESSAGE_SIZE,
    RECIPIENTS,
    SESSIONS,
    SESSIONS_PER_CLIENT,
    COMMAND_LINE,
    HEADER_SIZE,
    HEADER_FIELDS,
    LINE_LENGTH,
    RECEIVED_FIELDS,
    ERRORS,
    COMMAND_TIME,
    DATA_TIME,
    SESSION_TIME,
    WRITE_TIME,
    HANDSHAKE_TIME,
    REPLY_TIME,
    STORAGE,
    SPOOL_QUOTA,
    WORKING_MEMORY;

    /** Returns how metrics and the log call it. */
    public String label() {
      return AsciiCase.lower(name());
    }
  }

  /** Why a client is not listened to (any longer): it may not connect, or does not speak SMTP. */
  enum Refusal {
    /** Its address is not among those that may connect. */
    CLIENT_ADDRESS,
    /** It spoke before our banner (RFC 5321 §4.3.1). */
    BEFORE_BANNER,
    /** It said an HTTP request. */
    HTTP,
    /** It said a header field. */
    HEADER_FIELD,
    /** It began TLS where a command was expected. */
    TLS,
    /** It made errors one after the other, and no MAIL was accepted in between. */
    ERRORS_WITHOUT_MAIL;

    /** Returns how metrics and the log call it. */
    public String label() {
      return AsciiCase.lower(name());
    }
  }

  /** A session began. */
  default void sessionStarted() {}

  /** A session ended. */
  default void sessionEnded() {}

  /** A limit was met. */
  default void limit(Limit limit) {}

  /** A client was refused, or its session ended, since it is no mail client of ours. */
  default void refused(Refusal reason) {}

  /**
   * A session went on under TLS.
   *
   * @param protocol the version, e.g. {@code TLSv1.3}
   */
  default void tlsStarted(String protocol) {}

  /** STARTTLS was accepted, or could not be, and no TLS came of it. */
  default void tlsFailed() {}

  /** A message came with a CR or LF that is no part of a CRLF. */
  default void strayLineEnds() {}

  /** A message went to the spool, the memory budget being spent. */
  default void spooled() {}

  /**
   * A message that was spooled has ended.
   *
   * @param bytes how much of it was received
   */
  default void spooledBytes(long bytes) {}

  /**
   * A transaction ended.
   *
   * @param replyCode the reply that decided it; 0 where the client went away or said RSET
   * @param bytes the message's size, 0 where none came
   * @param duration from MAIL to the end
   */
  default void transactionEnded(int replyCode, long bytes, Duration duration) {}
}
