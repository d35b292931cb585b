package io.authserver.mailforwarder.fanout;

import io.authserver.mailforwarder.notify.Refusal;
import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.mailforwarder.resolve.Lookup;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.relay.RelayOutcome;
import io.authserver.smtp.reply.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A recipient of our client and what it stands for.
 *
 * @param lookup what was asked about it; null for {@code <postmaster>}
 * @param parts one for each target; the same copy may be part of several recipients
 */
record Entry(Recipient recipient, @Nullable Lookup lookup, Decision decision, List<Part> parts) {
  /**
   * One target.
   *
   * @param copy its copy, or null where the decision alone says that it fails
   * @param failed why it fails without a copy
   */
  record Part(
      Optional<Mailbox> hiddenTarget,
      Optional<Mailbox> reportTo,
      @Nullable Copy copy,
      @Nullable Reply failed) {
    /** Returns the reply of a target that failed for now. */
    Optional<Reply> deferral() {
      return reply(Copy.State.DEFERRED, true);
    }

    /** Returns the reply of a target that failed for good. */
    Optional<Reply> refusal() {
      return reply(Copy.State.REFUSED, false);
    }

    private Optional<Reply> reply(Copy.State state, boolean temporary) {
      if (copy != null) {
        return copy.state() == state ? Optional.of(copy.outcome().reply()) : Optional.empty();
      }
      return failed != null && failed.isTemporary() == temporary
          ? Optional.of(failed)
          : Optional.empty();
    }

    boolean isTaken() {
      return deferral().isEmpty() && refusal().isEmpty();
    }

    /** Returns what happened, for the log. */
    String cause() {
      if (copy != null
          && copy.state() == Copy.State.DEFERRED
          && copy.outcome() instanceof RelayOutcome.TemporaryFailure failure) {
        return failure.cause();
      }
      return "";
    }
  }

  /** Returns whether its targets are addresses that the client did not name. */
  boolean isForwarded() {
    return decision instanceof Decision.Forward;
  }

  List<Reply> deferrals() {
    return parts.stream().flatMap(part -> part.deferral().stream()).toList();
  }

  List<Reply> refusals() {
    return parts.stream().flatMap(part -> part.refusal().stream()).toList();
  }

  /** Returns whether somebody gets the message, or its alias says that nobody has to. */
  boolean isTaken() {
    return parts.isEmpty() || parts.stream().anyMatch(Part::isTaken);
  }

  /** Returns the refusals inside it, to be told to somebody. */
  List<Refusal> toReport() {
    List<Refusal> refused = new ArrayList<>();
    for (Part part : parts) {
      part.refusal()
          .ifPresent(
              reply ->
                  refused.add(new Refusal(recipient, part.hiddenTarget(), part.reportTo(), reply)));
    }
    return refused;
  }
}
