package io.authserver.smtp.server;

import io.authserver.smtp.reply.Reply;

/** What came where a command was expected. */
sealed interface InputLine {
  /** A line, without its CRLF and without trailing spaces (RFC 5321 §4.1.1). */
  record Text(String text) implements InputLine {}

  /** A line that is not executed, and the reply to it. */
  record Bad(Reply reply, boolean tooLong) implements InputLine {}

  /** The client has closed its side. */
  record End() implements InputLine {}
}
