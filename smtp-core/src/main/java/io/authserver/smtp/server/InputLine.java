package io.authserver.smtp.server;

import io.authserver.smtp.reply.Reply;

/** What came where a command was expected. */
sealed interface InputLine {
  /** A line, without its CRLF and without trailing spaces (RFC 5321 §4.1.1). */
  record Text(String text) implements InputLine {}

  /**
   * A line that is not executed, and the reply to it.
   *
   * @param beginning its bytes in Latin-1, no more of them than a line may have
   */
  record Bad(Reply reply, boolean tooLong, String beginning) implements InputLine {}

  /** The beginning of a TLS record, which is no line. */
  record TlsRecord() implements InputLine {}

  /** The client has closed its side. */
  record End() implements InputLine {}
}
