package io.authserver.smtp.testing;

import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Event;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Ends a session of a {@link ScriptedNextHop} after so many errors, as Postfix does
 * (smtpd_hard_error_limit), and counts who was refused how often. Safe for many threads.
 */
public final class ErrorLimit {
  /** How a session ends. */
  public enum End {
    /** 421 and the end, in place of the answer to the next command. */
    SAID("421 4.7.0 next-hop.example Error: too many errors"),
    /** The same right after the last error, which no command asked for. */
    SAID_AT_ONCE("421 4.7.0 next-hop.example Error: too many errors"),
    /** The end of the stream. */
    CLOSED(""),
    /** A reset. */
    RESET("");

    private final String words;

    End(String words) {
      this.words = words;
    }
  }

  private final int limit;
  private final End end;
  private final Function<Event, Optional<String>> refusal;
  private final Map<Integer, Integer> errors = new ConcurrentHashMap<>();
  private final Map<String, Integer> refused = new ConcurrentHashMap<>();

  /**
   * Makes one.
   *
   * @param refusal the reply to a RCPT that is an error, where it is one; 421 ends the session, and
   *     an empty text ends it without a word
   */
  public ErrorLimit(int limit, End end, Function<Event, Optional<String>> refusal) {
    this.limit = limit;
    this.end = end;
    this.refusal = refusal;
  }

  /** Puts it into a next hop's script. */
  public ScriptedNextHop.Builder into(ScriptedNextHop.Builder builder) {
    return builder.on(Step.MAIL, this::act).on(Step.RCPT, this::act).on(Step.DATA, this::act);
  }

  /** Returns the RCPT commands that were refused, and how often each. */
  public Map<String, Integer> refused() {
    return Map.copyOf(refused);
  }

  private Action act(Event event) {
    if (errors.getOrDefault(event.connection(), 0) >= limit) {
      return ended();
    }
    Optional<String> reply =
        event.step() == Step.RCPT ? refusal.apply(event) : Optional.<String>empty();
    if (reply.isEmpty()) {
      return Action.proceed();
    }
    if (reply.get().isEmpty() || reply.get().startsWith("421")) {
      return reply.get().isEmpty() ? Action.close() : Action.replyAndClose(reply.get());
    }
    refused.merge(event.line(), 1, Integer::sum);
    int count = errors.merge(event.connection(), 1, Integer::sum);
    return count == limit && end == End.SAID_AT_ONCE
        ? Action.replyAndClose(reply.get() + "\r\n" + end.words)
        : Action.reply(reply.get());
  }

  private Action ended() {
    return switch (end) {
      case SAID, SAID_AT_ONCE -> Action.replyAndClose(end.words);
      case CLOSED -> Action.close();
      case RESET -> Action.reset();
    };
  }
}
