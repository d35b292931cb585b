package io.authserver.smtp.relay;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The connection is of no use any more, or was never there. Stops in {@link PooledTransaction},
 * which turns it into a temporary failure.
 */
final class RelayFailure extends IOException {
  /** What happened. */
  enum Kind {
    /** No connection of the pool was free in time. */
    EXHAUSTED,
    /** Nobody answers there: refused, unreachable, no such name, no answer in time. */
    UNREACHABLE,
    /** The next hop turned us away with its greeting or its reply to EHLO. */
    REJECTED,
    /** End of stream, or a reset. */
    BROKEN,
    /** Neither replied nor read in time. */
    TIMEOUT,
    /** What it said is not SMTP, or not an answer to what we said. */
    GARBAGE,
    /** It said 421 (RFC 5321 §3.8). */
    CLOSING,
    /** On the fresh connection it answered otherwise than our client had been told. */
    CHANGED,
    /** It has ended so many sessions amid the recipients that it is asked no more in this call. */
    SESSIONS,
    /** The time to ask about somebody new was over, while the connection was well. */
    LATE
  }

  private final Kind kind;
  private final RelayStep step;
  private final @Nullable NextHopReply nextHopReply;

  RelayFailure(Kind kind, RelayStep step, String cause) {
    this(kind, step, cause, null);
  }

  RelayFailure(Kind kind, RelayStep step, String cause, @Nullable NextHopReply nextHopReply) {
    super(cause);
    this.kind = kind;
    this.step = step;
    this.nextHopReply = nextHopReply;
  }

  Kind kind() {
    return kind;
  }

  RelayStep step() {
    return step;
  }

  /** Returns whether the connection died: another one may do better. */
  boolean isDeath() {
    return kind == Kind.BROKEN || kind == Kind.CLOSING;
  }

  /** Returns whether a session that had begun has ended by it. */
  boolean isEndOfSession() {
    return isDeath() || kind == Kind.TIMEOUT || kind == Kind.GARBAGE;
  }

  /** Returns what the next hop said, where it said something. */
  @Nullable NextHopReply nextHopReply() {
    return nextHopReply;
  }

  /** Returns the cause for a log: step, kind, and what is known of it. */
  String describe() {
    return "step="
        + step
        + " failure="
        + kind
        + " detail="
        + getMessage()
        + (nextHopReply == null ? "" : " reply=" + nextHopReply.toReply());
  }
}
