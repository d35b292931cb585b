package io.authserver.mailforwarder.fanout;

import io.authserver.mailforwarder.notify.Arrival;
import io.authserver.mailforwarder.notify.Refusal;
import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.mailforwarder.resolve.Keepers;
import io.authserver.mailforwarder.resolve.Lookup;
import io.authserver.mailforwarder.resolve.Target;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.reply.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A recipient of our client and what it stands for.
 *
 * @param rememberedAs by what its outcomes are found in a later try: for a list's address with an
 *     extension the address without it
 * @param lookup what was asked about it; null for {@code <postmaster>}
 * @param parts one for each target; the same copy may be part of several recipients
 * @param isShared whether the parts are those of an earlier recipient that stands for the same list
 */
record Entry(
    Recipient recipient,
    ForwardPath rememberedAs,
    @Nullable Lookup lookup,
    Decision decision,
    List<Part> parts,
    boolean isShared) {
  /**
   * Returns by what outcomes of it are found: the other name is that of a revision which remembered
   * each extension of a list's address on its own.
   */
  List<ForwardPath> names() {
    ForwardPath given = recipient.forwardPath();
    return given.equals(rememberedAs) ? List.of(rememberedAs) : List.of(rememberedAs, given);
  }

  /** Makes one that shares nothing with others. */
  static Entry of(
      Recipient recipient, @Nullable Lookup lookup, Decision decision, List<Part> parts) {
    return new Entry(recipient, recipient.forwardPath(), lookup, decision, parts, false);
  }

  /** Returns that of another recipient which stands for the same. */
  Entry sharedBy(Recipient other, @Nullable Lookup otherLookup) {
    return new Entry(other, rememberedAs, otherLookup, decision, parts, true);
  }

  /** Returns the same with what was decided once more. */
  Entry withDecision(Decision other) {
    return new Entry(recipient, rememberedAs, lookup, other, parts, isShared);
  }

  /** Returns the same with other parts. */
  Entry withParts(List<Part> others) {
    return new Entry(recipient, rememberedAs, lookup, decision, others, isShared);
  }

  /** Returns entries so that no part comes twice: of those that share them, the first. */
  static List<Entry> distinct(Collection<Entry> entries) {
    Set<List<Part>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    return entries.stream()
        .filter(entry -> entry.parts().isEmpty() || seen.add(entry.parts()))
        .toList();
  }

  /** One target. Owned by the session's thread. */
  static final class Part {
    private final @Nullable Target hiddenTarget;
    private final Copy copy;
    private Duration age = Duration.ZERO;
    private boolean reported;

    /**
     * Makes one.
     *
     * @param hiddenTarget what the recipient stands for; null where it is passed on as it is
     */
    Part(@Nullable Target hiddenTarget, Copy copy) {
      this.hiddenTarget = hiddenTarget;
      this.copy = copy;
    }

    Copy copy() {
      return copy;
    }

    /** Returns the time since an earlier try was first remembered; zero for none. */
    Duration age() {
      return age;
    }

    void remember(Duration since) {
      age = since;
    }

    /** Returns whether somebody was told that it was refused. */
    boolean isReported() {
      return reported;
    }

    void markReported() {
      reported = true;
    }

    /** Returns the reply of a target that failed for now. */
    Optional<Reply> deferral() {
      return reply(Copy.State.DEFERRED);
    }

    /** Returns the reply of a target that failed for good. */
    Optional<Reply> refusal() {
      return reply(Copy.State.REFUSED);
    }

    private Optional<Reply> reply(Copy.State state) {
      return copy.state() == state ? Optional.of(copy.outcome().reply()) : Optional.empty();
    }

    boolean isTaken() {
      return deferral().isEmpty() && refusal().isEmpty();
    }

    /** Returns the limit of ours that it meets. */
    Optional<Copy.Ruling> limit() {
      return copy.state() == Copy.State.REFUSED
          ? copy.ruling().filter(ruling -> ruling != Copy.Ruling.GIVEN_UP)
          : Optional.empty();
    }
  }

  /** Returns whether its targets are addresses that the client did not name. */
  boolean isForwarded() {
    return decision instanceof Decision.Forward;
  }

  /** Returns whether it is a return address whose hash no secret of ours made. */
  boolean isBadHash() {
    return decision instanceof Decision.Refuse refuse
        && refuse.reason().equals(Decision.Refuse.SRS_BAD_HASH);
  }

  /** Returns whether a target failed for now. */
  boolean isDeferred() {
    return parts.stream().anyMatch(part -> part.deferral().isPresent());
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

  /**
   * Returns whether a next hop has refused some of its targets and left others without an answer.
   * The refusals can be remembered only with the message, and if they are not, the next try comes
   * no further than this one.
   */
  boolean isHeardInPart() {
    Set<LegKey> refusing = new HashSet<>();
    for (Part part : parts) {
      if (part.copy().isRefusedByNextHop()) {
        refusing.add(part.copy().key());
      }
    }
    return !refusing.isEmpty()
        && parts.stream()
            .anyMatch(part -> part.copy().isUnanswered() && refusing.contains(part.copy().key()));
  }

  /** Returns the refusals inside it about which nobody was told yet. */
  List<Refusal> toReport() {
    List<Refusal> refused = new ArrayList<>();
    for (Part part : parts) {
      if (!part.isReported()) {
        refusal(part).ifPresent(refused::add);
      }
    }
    return refused;
  }

  /** Takes note of the refusals that somebody was told about. */
  void markReported(Set<Refusal> told) {
    for (Part part : parts) {
      if (refusal(part).filter(told::contains).isPresent()) {
        part.markReported();
      }
    }
  }

  private Optional<Refusal> refusal(Part part) {
    Optional<Target> hidden = Optional.ofNullable(part.hiddenTarget);
    return part.refusal()
        .map(
            reply ->
                new Refusal(
                    recipient,
                    isOurs(),
                    hidden.map(Target::address),
                    hidden.map(Target::keepers).orElse(Keepers.NONE),
                    reply,
                    part.limit().isPresent()));
  }

  /**
   * Returns whether its domain is ours, or it stands for others, as only an address of ours does.
   */
  boolean isOurs() {
    return !(decision instanceof Decision.PassOn(ForwardPath _, boolean foreign)) || !foreign;
  }

  /**
   * Returns what the sender is told about success: where it asked for that, and what it asked for
   * ends here because the recipient stands for several addresses or for a list under its own name.
   */
  private Optional<Arrival> arrival() {
    if (!(decision instanceof Decision.Forward forward)
        || !Arrival.isAskedFor(recipient.parameters())
        || parts.stream().noneMatch(Part::isTaken)) {
      return Optional.empty();
    }
    List<RecipientParameters> asked = new ArrayList<>();
    for (Target target : forward.targets()) {
      if (target instanceof Target.Send send) {
        asked.add(send.parameters());
      }
    }
    if (asked.stream().anyMatch(Arrival::isAskedFor)) {
      return Optional.empty();
    }
    boolean delivered = asked.stream().allMatch(RecipientParameters.NONE::equals);
    return Optional.of(new Arrival(recipient, !delivered));
  }

  /** Returns what senders are told about success. */
  static List<Arrival> arrivals(List<Entry> entries) {
    return entries.stream().flatMap(entry -> entry.arrival().stream()).toList();
  }
}
