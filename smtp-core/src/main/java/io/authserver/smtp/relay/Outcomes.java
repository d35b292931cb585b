package io.authserver.smtp.relay;

import io.authserver.smtp.reply.EnhancedStatusCode;
import io.authserver.smtp.reply.Reply;

/**
 * What a next hop's reply, or its failing, means to our client.
 *
 * <table>
 * <caption>From the next hop to our client</caption>
 * <tr><th>next hop</th><th>our client gets</th></tr>
 * <tr><td>2xx</td><td>the same</td></tr>
 * <tr><td>4xx but 421</td><td>the same</td></tr>
 * <tr><td>421</td><td>451, text and enhanced code kept; the connection is closed</td></tr>
 * <tr><td>500 to 504, 555 to MAIL or RCPT with 5.1.x or 5.6.7</td>
 *     <td>the same: it refuses the address</td></tr>
 * <tr><td>500 to 504, 555</td><td>451 4.3.0: it refuses our command</td></tr>
 * <tr><td>530, 535, 538</td><td>451 4.3.5: it wants a login that nobody configured</td></tr>
 * <tr><td>other 5xx</td><td>the same</td></tr>
 * <tr><td>3xx where none is due</td><td>451 4.4.2; the connection is closed</td></tr>
 * <tr><td>5xx greeting, 5xx to EHLO and HELO</td><td>451 4.3.5</td></tr>
 * <tr><td>4xx greeting or reply to EHLO</td><td>451, text and enhanced code kept</td></tr>
 * <tr><td>not reachable</td><td>451 4.4.1</td></tr>
 * <tr><td>broken off, too slow, not SMTP</td><td>451 4.4.2</td></tr>
 * <tr><td>no connection of the pool free</td><td>451 4.3.2</td></tr>
 * <tr><td>ended session after session amid the recipients</td><td>451 4.4.2</td></tr>
 * <tr><td>no time left to ask</td><td>451 4.4.7</td></tr>
 * </table>
 */
final class Outcomes {
  private Outcomes() {}

  /**
   * Maps a reply to MAIL, RCPT, DATA or the final dot; one that ends the connection is a failure.
   */
  static RelayOutcome orFailure(NextHopReply reply, RelayStep step) throws RelayFailure {
    if (reply.code() == 421) {
      throw new RelayFailure(RelayFailure.Kind.CLOSING, step, "closing", reply);
    }
    if (reply.code() >= 300 && reply.code() < 400) {
      throw new RelayFailure(RelayFailure.Kind.GARBAGE, step, "a 3xx reply out of place", reply);
    }
    return of(reply, step);
  }

  /** Maps a 2xx, 4xx or 5xx reply. */
  static RelayOutcome of(NextHopReply reply, RelayStep step) {
    if (reply.isPositive()) {
      return new RelayOutcome.Delivered(reply.toReply());
    }
    if (isAboutTheAddress(reply, step)) {
      // Deviation: ADR 0012
      return new RelayOutcome.PermanentFailure(reply.toReply(), step);
    }
    return switch (reply.code()) {
      case 421 -> temporary(closing(reply), step, reply);
      // RFC 5321 §4.2.3: 500 to 504 find fault with the command, which is ours, and 555 with a
      // parameter that the next hop offered
      case 500, 501, 502, 503, 504, 555 ->
          temporary(
              Reply.of(451, "4.3.0", "Next hop did not understand us; try again later"),
              step,
              reply);
      // RFC 4954 §6: authentication required, failed, or not without encryption
      case 530, 535, 538 ->
          temporary(
              Reply.of(451, "4.3.5", "Next hop wants us to log in; try again later"), step, reply);
      default ->
          reply.code() < 500
              ? temporary(reply.toReply(), step, reply)
              : new RelayOutcome.PermanentFailure(reply.toReply(), step);
    };
  }

  /** RFC 3463 §3.2: x.1.x is addressing; RFC 6531 §3.5: x.6.7 is a non-ASCII address. */
  private static boolean isAboutTheAddress(NextHopReply reply, RelayStep step) {
    EnhancedStatusCode status = reply.toReply().enhancedStatusCode();
    return reply.code() >= 500
        && (step == RelayStep.MAIL || step == RelayStep.RCPT)
        && status != null
        && (status.subject() == 1 || (status.subject() == 6 && status.detail() == 7));
  }

  /** Maps the failure of a connection. */
  static RelayOutcome of(RelayFailure failure) {
    NextHopReply said = failure.nextHopReply();
    Reply reply =
        switch (failure.kind()) {
          case EXHAUSTED ->
              Reply.of(451, "4.3.2", "Too many connections to the next hop; try again later");
          case UNREACHABLE -> Reply.of(451, "4.4.1", "Next hop does not answer; try again later");
          case BROKEN, TIMEOUT, GARBAGE ->
              Reply.of(451, "4.4.2", "Connection to the next hop broke; try again later");
          case SESSIONS ->
              Reply.of(451, "4.4.2", "Next hop ended too many sessions; try again later");
          case LATE -> Reply.of(451, "4.4.7", "Next hop took too long; try again later");
          case CHANGED -> Reply.of(451, "4.4.2", "Next hop changed its mind; try again later");
          case REJECTED ->
              said != null && said.code() < 500
                  ? closing(said)
                  : Reply.of(451, "4.3.5", "Next hop turns us away; try again later");
          case CLOSING ->
              said != null
                  ? closing(said)
                  : Reply.of(451, "4.3.2", "Next hop is closing; try again later");
        };
    return new RelayOutcome.TemporaryFailure(reply, failure.describe(), false, null);
  }

  /**
   * Passes on a 421, or a 4xx from before MAIL, as 451: 421 would tell our client that we close the
   * connection.
   */
  private static Reply closing(NextHopReply reply) {
    return reply.toReply(new EnhancedStatusCode(4, 3, 2)).withCode(451);
  }

  private static RelayOutcome temporary(Reply forClient, RelayStep step, NextHopReply reply) {
    return new RelayOutcome.TemporaryFailure(
        forClient, "step=" + step + " reply=" + reply.toReply(), true, step);
  }
}
