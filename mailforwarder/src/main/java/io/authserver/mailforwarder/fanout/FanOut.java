package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.relay.OpenTransactions;
import io.authserver.smtp.relay.RelayOutcome;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The next-hop transactions of one message, which advance together: recipients, then bodies, then
 * final dots.
 *
 * <p>At most {@link FanOutLimits#openTransactions} are open; copies for further ones wait and go in
 * sequence when those have ended. A copy that fails does not keep the others back; but where one is
 * known to fail for now, or others go in sequence, the client may come again with what was
 * delivered, so the first final dot waits until that can be remembered.
 *
 * <p>Owned by the session's thread.
 */
final class FanOut implements AutoCloseable {
  private final NextHops nextHops;
  private final FanOutLimits limits;
  private final LongSupplier nanoTime;
  private final OpenTransactions bound;
  private final Map<LegKey, Leg> legs = new LinkedHashMap<>();
  private final Map<String, Copy> copies = new LinkedHashMap<>();
  private final Set<String> nextHopNames = new LinkedHashSet<>();

  FanOut(NextHops nextHops, FanOutLimits limits, LongSupplier nanoTime) {
    this.nextHops = nextHops;
    this.limits = limits;
    this.nanoTime = nanoTime;
    this.bound = new OpenTransactions(limits.openTransactions());
  }

  /** Begins the time that all next hops together have before our reply. */
  Countdown countdown() {
    return new Countdown(nanoTime, limits.reply());
  }

  /** Returns the copy for a final address: the one that is there already, or a new one. */
  Copy copy(Plan.Planned planned) {
    return copies.computeIfAbsent(planned.finalAddress(), address -> new Copy(planned));
  }

  /** Returns how many final addresses there are. */
  int size() {
    return copies.size();
  }

  Collection<Copy> copies() {
    return copies.values();
  }

  /** Forgets the copies that nobody waits for any more; none of them is with a next hop. */
  void retain(Set<Copy> wanted) {
    copies.values().removeIf(copy -> !wanted.contains(copy) && !copy.isOpen());
  }

  /** Returns the names of all next hops that were asked, for the log. */
  Set<String> nextHopNames() {
    return nextHopNames;
  }

  /** Tells next hops about copies that none was told about, as far as transactions are open. */
  void tell(Countdown countdown) {
    Map<LegKey, List<Copy>> groups = new LinkedHashMap<>();
    for (Copy copy : copies.values()) {
      if (!copy.isTold()) {
        groups.computeIfAbsent(copy.key(), key -> new ArrayList<>()).add(copy);
      }
    }
    List<Leg> asked = new ArrayList<>();
    for (LegKey key : groups.keySet()) {
      Leg leg = legs.get(key);
      if (leg == null && bound.tryTake()) {
        leg = open(key);
      }
      if (leg != null && !leg.isFull()) {
        asked.add(leg);
      }
    }
    InParallel.each(
        asked, leg -> leg.tell(groups.getOrDefault(leg.key(), List.of()), countdown.remaining()));
  }

  private Leg open(LegKey key) {
    // Messages that wait for a second connection while they hold one could wait for each other.
    Duration wait = legs.isEmpty() ? limits.poolWait() : Duration.ZERO;
    Leg leg = new Leg(key, nextHops.of(key.route()), wait, bound);
    legs.put(key, leg);
    nextHopNames.add(leg.nextHopName());
    return leg;
  }

  /**
   * Sends copies another way: transactions that hold one of them are dropped, and the others in
   * them begin again.
   */
  void reroute(List<Plan.Planned> plans) {
    Set<LegKey> left = new LinkedHashSet<>();
    for (Plan.Planned planned : plans) {
      Copy copy = copies.get(planned.finalAddress());
      if (copy != null
          && !(copy.key().equals(planned.key()) && copy.recipient().equals(planned.recipient()))) {
        left.add(copy.key());
        copy.reroute(planned);
      }
    }
    for (LegKey key : left) {
      Leg leg = legs.remove(key);
      if (leg != null) {
        drop(leg);
        leg.copies().stream().filter(copy -> copy.key().equals(key)).forEach(Copy::restart);
      }
    }
  }

  /** Returns whether a copy with such a key can still be delivered. */
  boolean hasOpen(Predicate<LegKey> which) {
    return copies.values().stream().anyMatch(copy -> copy.isOpen() && which.test(copy.key()));
  }

  /** Fails the open copies of all transactions with these keys, and drops those. */
  void fail(Predicate<LegKey> which, RelayOutcome outcome) {
    end(which, copy -> copy.messageAnswered(outcome));
  }

  /** Refuses the open copies of all transactions with these keys for good, and drops those. */
  void refuse(Predicate<LegKey> which, Copy.Ruling why, Reply reply) {
    end(which, copy -> copy.refuse(why, reply));
  }

  private void end(Predicate<LegKey> which, Consumer<Copy> how) {
    legs.values()
        .removeIf(
            leg -> {
              boolean failed = which.test(leg.key());
              if (failed) {
                drop(leg);
              }
              return failed;
            });
    for (Copy copy : copies.values()) {
      if (copy.isOpen() && which.test(copy.key())) {
        how.accept(copy);
      }
    }
  }

  /** Returns whether a copy failed for now. */
  boolean hasDeferred() {
    return copies.values().stream().anyMatch(copy -> copy.state() == Copy.State.DEFERRED);
  }

  /** Returns how many copies a next hop has taken responsibility for in this try. */
  long delivered() {
    return copies.values().stream()
        .filter(copy -> copy.state() == Copy.State.DELIVERED && !copy.isRecalled())
        .count();
  }

  /** Returns the copy for a final address, where there is one. */
  Optional<Copy> find(String finalAddress) {
    return Optional.ofNullable(copies.get(finalAddress));
  }

  /**
   * Begins the transactions anew that hold copies which need not be sent any more. A next hop that
   * ends the session after so many errors gets further then than it did with them.
   */
  void leaveOut(Set<Copy> settled) {
    legs.values()
        .removeIf(
            leg -> {
              boolean holds = leg.copies().stream().anyMatch(settled::contains);
              if (holds) {
                drop(leg);
                leg.copies().stream()
                    .filter(copy -> copy.state() == Copy.State.ACCEPTED || copy.isUnanswered())
                    .forEach(Copy::restart);
              }
              return holds;
            });
  }

  /** Makes sure that what has been delivered, and what failed for now, is remembered. */
  @FunctionalInterface
  interface Checkpoint {
    /**
     * Remembers it.
     *
     * @param comesAgain whether some copy is not delivered yet and will not be now
     * @return whether that is done, so that more may be delivered
     */
    boolean pass(boolean comesAgain) throws IOException;
  }

  /**
   * Delivers every open copy that can be. Afterwards no transaction is open.
   *
   * @param addedFields the fields on top of the copies with a key
   * @param checkpoint asked before final dots; where it refuses, they are not sent
   * @throws IOException when the message cannot be read
   */
  void deliver(
      MessageBytes message,
      Function<LegKey, byte[]> addedFields,
      Countdown countdown,
      Checkpoint checkpoint)
      throws IOException {
    try {
      tell(countdown);
      while (copies.values().stream().anyMatch(Copy::isOpen)) {
        if (countdown.isOver()) {
          defer(Reply.of(451, "4.4.7", "Took too long; try again later"), "deadline");
          return;
        }
        sendBodies(message, addedFields, countdown);
        List<Leg> ready = live();
        if (!ready.isEmpty()) {
          if (!checkpoint.pass(mayComeAgain())) {
            defer(
                Reply.of(451, "4.3.0", "Cannot remember deliveries now; try again later"),
                "outcomes cannot be stored");
            return;
          }
          InParallel.each(ready, Leg::finish);
        }
        close();
        tell(countdown);
      }
    } finally {
      close();
    }
  }

  /** Returns whether, whatever the next replies are, the client's next try would find something. */
  private boolean mayComeAgain() {
    return copies.values().stream()
        .anyMatch(
            copy ->
                copy.state() == Copy.State.DEFERRED
                    || copy.state() == Copy.State.WAITING
                    || (copy.state() == Copy.State.DELIVERED && !copy.isRecalled()));
  }

  private void defer(Reply reply, String cause) {
    for (Copy copy : copies.values()) {
      if (copy.isOpen()) {
        copy.messageAnswered(new RelayOutcome.TemporaryFailure(reply, cause));
      }
    }
  }

  private void sendBodies(
      MessageBytes message, Function<LegKey, byte[]> addedFields, Countdown countdown)
      throws IOException {
    // One after the other: a message is read by one thread at a time.
    for (Leg leg : live()) {
      if (countdown.isOver()) {
        leg.fail(
            new RelayOutcome.TemporaryFailure(
                Reply.of(451, "4.4.7", "Took too long; try again later"), "deadline"));
      } else {
        leg.send(addedFields.apply(leg.key()), message, countdown.remaining());
      }
    }
  }

  private List<Leg> live() {
    return legs.values().stream().filter(Leg::isLive).toList();
  }

  private void drop(Leg leg) {
    leg.close();
    bound.giveBack();
  }

  /** Drops every transaction that is not finished. */
  @Override
  public void close() {
    legs.values().forEach(this::drop);
    legs.clear();
    // What was only accepted is forgotten with its transaction.
    for (Copy copy : copies.values()) {
      if (copy.state() == Copy.State.ACCEPTED) {
        copy.restart();
      }
    }
  }
}
