package io.authserver.mailforwarder.fanout;

import io.authserver.db.alias.Expansion;
import io.authserver.mailforwarder.notify.Refusal;
import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.mailforwarder.resolve.Keepers;
import io.authserver.mailforwarder.resolve.Lookup;
import io.authserver.mailforwarder.resolve.Resolution;
import io.authserver.mailforwarder.resolve.SenderFacts;
import io.authserver.mailforwarder.resolve.Target;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.reply.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the recipients of one message stand for: takes room for them, decides, and asks the fan-out
 * for their copies. Recipients that stand for the same list share all that. Owned by the session's
 * thread.
 */
final class Recipients implements AutoCloseable {
  private final Forwarding forwarding;
  private final Resolver resolver;
  private final FanOut fanOut;
  private final Room room;

  /** The first recipient of each list. */
  private final Map<ListName, Entry> lists = new HashMap<>();

  Recipients(Forwarding forwarding, Resolver resolver, FanOut fanOut) {
    this.forwarding = forwarding;
    this.resolver = resolver;
    this.fanOut = fanOut;
    this.room = forwarding.room();
  }

  /**
   * What is known about the sender.
   *
   * @param complete whether the database has said if its domain is ours
   */
  record Known(SenderFacts facts, boolean complete) {}

  /**
   * Decides about a recipient and asks the fan-out for its copies.
   *
   * @param lookup what was asked about it; null for {@code <postmaster>}
   */
  Entry entry(Recipient recipient, @Nullable Lookup lookup, Known known) {
    if (lookup == null) {
      return entry(recipient, null, null, known);
    }
    Optional<Resolution> found = resolver.resolution(lookup, forwarding.decider(), known.facts());
    if (found.isEmpty()) {
      Decision unknown = resolver.hadNoMemory(lookup) ? Room.noMemory() : databaseAway();
      return Entry.of(recipient, lookup, unknown, List.of());
    }
    Resolution resolution = found.get();
    Optional<ListName> list = ListName.of(recipient, lookup, resolution);
    Entry first = list.map(lists::get).orElse(null);
    if (first == null) {
      Expansion members =
          forwarding.decider().reachesMembers(lookup, resolution, known.facts())
              ? resolution.expansion()
              : null;
      Entry entry = entry(recipient, lookup, members, known);
      if (entry.decision() instanceof Decision.Refuse) {
        resolver.forget(lookup);
      }
      if (list.isEmpty() || !(entry.decision() instanceof Decision.Forward)) {
        return entry;
      }
      Entry named =
          new Entry(
              recipient,
              new ForwardPath.Address(list.get().address()),
              lookup,
              entry.decision(),
              entry.parts(),
              false);
      lists.put(list.get(), named);
      return named;
    }
    return room.take(0, 0, fanOut.size())
        .map(full -> Entry.of(recipient, lookup, full, List.of()))
        .orElseGet(() -> first.sharedBy(recipient, lookup));
  }

  /**
   * Decides about a recipient that shares nothing; room for a list's members is taken before.
   *
   * @param expansion the members, where they may get it
   */
  private Entry entry(
      Recipient recipient, @Nullable Lookup lookup, @Nullable Expansion expansion, Known known) {
    if (expansion != null) {
      Optional<Decision> full = takeRoom(expansion);
      if (full.isPresent()) {
        return Entry.of(recipient, lookup, full.get(), List.of());
      }
    }
    Decision decision = decide(recipient, lookup, known.facts());
    if (!known.complete() && dependsOnSender(decision)) {
      decision = databaseAway();
    }
    Optional<Decision.Refuse> unkept = resolver.keep(decision);
    if (unkept.isPresent()) {
      decision = unkept.get();
    }
    List<Plan.Planned> planned = Plan.of(decision, recipient, known.facts(), false);
    if (expansion == null && !planned.isEmpty()) {
      int added = 0;
      for (Plan.Planned copy : planned) {
        added += fanOut.find(copy.finalAddress()).isEmpty() ? 1 : 0;
      }
      Optional<Decision> full = room.take(planned.size(), added, fanOut.size());
      if (full.isPresent()) {
        return Entry.of(recipient, lookup, full.get(), List.of());
      }
    }
    List<Entry.Part> parts = new ArrayList<>();
    switch (decision) {
      case Decision.PassOn _ -> parts.add(new Entry.Part(null, fanOut.copy(planned.getFirst())));
      case Decision.Forward forward -> addParts(forward, planned, parts);
      case Decision.Drop _, Decision.Refuse _ -> {}
    }
    return Entry.of(recipient, lookup, decision, parts);
  }

  private Optional<Decision> takeRoom(Expansion expansion) {
    int added = 0;
    for (Expansion.Member member : expansion.members()) {
      added += fanOut.find(member.finalAddress()).isEmpty() ? 1 : 0;
    }
    return room.take(expansion.members().size(), added, fanOut.size());
  }

  /** Returns whether it counts if the sender's domain is ours. */
  private boolean dependsOnSender(Decision decision) {
    return decision instanceof Decision.Forward
        || (decision instanceof Decision.PassOn(ForwardPath _, boolean foreign)
            && foreign
            && forwarding.nextHops().transactionalRelay().isPresent());
  }

  private static Decision databaseAway() {
    return new Decision.Refuse(
        Reply.of(451, "4.3.0", "Cannot look up the address now; try again later"),
        "database_away",
        false);
  }

  private void addParts(
      Decision.Forward forward, List<Plan.Planned> planned, List<Entry.Part> parts) {
    int next = 0;
    for (Target target : forward.targets()) {
      Copy copy =
          switch (target) {
            case Target.Send _ -> fanOut.copy(planned.get(next++));
            case Target.Failed failed -> Copy.decided(failed.finalAddress(), failed.reply());
          };
      parts.add(new Entry.Part(target, copy));
    }
  }

  /**
   * Returns what is told of recipients whose message met a limit, of those that stand for
   * something.
   */
  List<Refusal> refusals(List<Entry> accepted, Reply reply) {
    List<Refusal> refusals = new ArrayList<>();
    for (Entry entry : Entry.distinct(accepted)) {
      if (!entry.parts().isEmpty()) {
        Keepers keepers =
            Optional.ofNullable(entry.lookup())
                .flatMap(resolver::resolution)
                .map(Keepers::of)
                .orElse(Keepers.NONE);
        refusals.add(
            new Refusal(entry.recipient(), entry.isOurs(), Optional.empty(), keepers, reply, true));
      }
    }
    return refusals;
  }

  /** Decides about a recipient, once more where more is known of the sender than at RCPT. */
  Decision decide(Recipient recipient, @Nullable Lookup lookup, SenderFacts known) {
    return lookup == null
        ? new Decision.PassOn(recipient.forwardPath(), false)
        : forwarding.decider().decide(recipient, lookup, resolver.found(), known);
  }

  @Override
  public void close() {
    room.close();
  }
}
