package io.authserver.smtp.server;

import io.authserver.smtp.reply.EnhancedStatusCode;
import io.authserver.smtp.reply.Reply;

/** The replies that are the front's own. */
final class Replies {
  static final Reply OK = Reply.of(250, "2.0.0", "ok");
  static final Reply BYE = Reply.of(221, "2.0.0", "bye");
  static final Reply HELP = Reply.of(214, "2.0.0", "see RFC 5321");
  // RFC 5321 §3.5.3: 252 where the address is not looked at.
  static final Reply NOT_VERIFIED = Reply.of(252, "2.0.0", "not verified; mail will be tried");
  static final Reply START_DATA = Reply.of(354, "", "end data with <CR><LF>.<CR><LF>");

  static final Reply START_TLS = Reply.of(220, "2.0.0", "ready to start TLS");
  static final Reply TLS_ACTIVE = Reply.of(503, "5.5.1", "TLS is active");
  // RFC 3207 §4: 454 where TLS is not available for a temporary reason.
  static final Reply NO_TLS_NOW = Reply.of(454, "4.7.0", "TLS is not available now");
  static final Reply BEHIND_STARTTLS =
      Reply.of(421, "4.7.0", "commands in clear text behind STARTTLS");

  static final Reply UNKNOWN_COMMAND = Reply.of(500, "5.5.1", "command not recognised");
  static final Reply NOT_IMPLEMENTED = Reply.of(502, "5.5.1", "command not implemented");
  static final Reply BAD_ARGUMENT = Reply.of(501, "5.5.4", "argument missing or not allowed");
  static final Reply NO_GREETING = Reply.of(503, "5.5.1", "EHLO or HELO first");
  static final Reply NESTED_MAIL = Reply.of(503, "5.5.1", "a transaction is open");
  static final Reply NO_MAIL = Reply.of(503, "5.5.1", "MAIL first");
  // RFC 5321 §3.3: 554 where no recipient was accepted.
  static final Reply NO_RECIPIENTS = Reply.of(554, "5.5.1", "no valid recipients");

  static final Reply TOO_LARGE = Reply.of(552, "5.3.4", "message too large");
  static final Reply HEADER_TOO_LARGE = Reply.of(552, "5.3.4", "header section too large");
  static final Reply TOO_MANY_FIELDS = Reply.of(552, "5.3.4", "too many header fields");
  static final Reply LINE_TOO_LONG = Reply.of(554, "5.6.0", "line of the message too long");
  static final Reply STRAY_LINE_ENDS =
      Reply.of(550, "5.6.11", "message has a CR or LF that is no part of a CRLF");
  static final Reply NO_STORAGE = Reply.of(452, "4.3.1", "no space for the message now");
  static final Reply SPOOL_FULL =
      Reply.of(452, "4.3.1", "no room in the spool for the message now");
  static final Reply NO_MEMORY_FOR_HEADER =
      Reply.of(452, "4.3.1", "not enough memory for the header section now");
  static final Reply HEADER_NEVER_FITS =
      Reply.of(552, "5.3.4", "header section takes more memory than there is");
  static final Reply NO_MEMORY_FOR_RECIPIENT =
      Reply.of(452, "4.3.1", "not enough memory for another recipient now");
  static final Reply TOO_MANY_RECIPIENTS = Reply.of(452, "4.5.3", "too many recipients");

  static final Reply LOCAL_ERROR = Reply.of(451, "4.3.0", "local error, try again later");
  static final Reply NEXT_HOP_UNKNOWN = Reply.of(451, "4.4.1", "next hop not reached yet");

  static final Reply TOO_MANY_SESSIONS = Reply.of(421, "4.3.2", "too many sessions");
  static final Reply TOO_MANY_SESSIONS_OF_CLIENT =
      Reply.of(421, "4.7.0", "too many sessions from your address");
  static final Reply NOT_ALLOWED = Reply.of(421, "4.7.1", "your address may not connect");
  static final Reply NO_SMTP = Reply.of(421, "4.7.0", "this is not SMTP");
  static final Reply SHUTTING_DOWN = Reply.of(421, "4.3.2", "shutting down");
  static final Reply TOO_MANY_ERRORS = Reply.of(421, "4.7.0", "too many errors");
  static final Reply CHUNK_SIZE = Reply.of(421, "4.7.0", "chunk without a size that can be read");
  static final Reply TIMEOUT = Reply.of(421, "4.4.2", "timeout");
  static final Reply SESSION_TOO_LONG = Reply.of(421, "4.4.2", "session took too long");
  static final Reply FAILED = Reply.of(421, "4.3.0", "local error, closing");

  private Replies() {}

  static Reply tooManyHops(int most) {
    return Reply.of(554, "5.4.6", "more than " + most + " Received fields: a loop");
  }

  /**
   * Returns a transaction's reply as the client may get it: with an enhanced status code (RFC 2034
   * §4 wants one on every 2xx, 4xx and 5xx), and never 421, which would say that the session ends.
   */
  static Reply forClient(Reply reply) {
    if (reply.code() / 100 == 3) {
      // Half an answer would leave the client waiting to send, or us taking a message for commands.
      return LOCAL_ERROR;
    }
    Reply result = reply.code() == 421 ? reply.withCode(451) : reply;
    int statusClass = result.code() / 100;
    EnhancedStatusCode status = result.enhancedStatusCode();
    if (status != null && status.statusClass() == statusClass) {
      return result;
    }
    return new Reply(result.code(), new EnhancedStatusCode(statusClass, 0, 0), result.lines());
  }
}
