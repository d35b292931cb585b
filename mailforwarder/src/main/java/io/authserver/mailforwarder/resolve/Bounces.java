package io.authserver.mailforwarder.resolve;

import static io.authserver.db.alias.Decision.FOREIGN;
import static io.authserver.db.alias.Decision.TOO_DEEP;

import io.authserver.db.alias.Expansion;
import io.authserver.db.alias.Expansion.Member;
import io.authserver.db.alias.Expansion.Node;
import io.authserver.db.alias.FinalAddress;
import io.authserver.db.alias.NullSender;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.smtp.address.Mailbox;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who gets mail with a null reverse-path in the place of those on a list. Each list decides for
 * itself, one within another list too, and none twice: what leads back to a list that has decided
 * ends there.
 */
final class Bounces {
  private final Map<String, Resolution> found;
  private final Set<Long> decided = new HashSet<>();
  private final Set<String> seen = new HashSet<>();
  private final List<Leaf> leaves = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();
  private boolean tooLarge;

  /**
   * Somebody who gets it, or whom it fails to reach.
   *
   * @param above the lists and redirects that led there, nearest first
   */
  record Leaf(Member member, List<ResolutionStep> above) {}

  private Bounces(Map<String, Resolution> found) {
    this.found = found;
  }

  /**
   * Finds out who gets it.
   *
   * @param found where the addresses lead that answer for lists; what is not in it is taken as it
   *     stands
   * @param reversed whether an SRS address led there
   */
  static Bounces of(Steps steps, Map<String, Resolution> found, boolean reversed) {
    Bounces bounces = new Bounces(found);
    bounces.follow(steps, List.of(), reversed);
    return bounces;
  }

  /** Returns who gets it, each once. */
  List<Leaf> leaves() {
    return leaves;
  }

  /** Returns the addresses of lists whose members do not get it and for which nobody answers. */
  List<String> leftOut() {
    return leftOut;
  }

  /** Returns whether a list is too large whose members would get it. */
  boolean isTooLarge() {
    return tooLarge;
  }

  /** Returns whether a list has a member behind too many redirects who would get it. */
  boolean isTooDeep() {
    return leaves.stream().anyMatch(leaf -> leaf.member().decision() == TOO_DEEP);
  }

  private void follow(Steps steps, List<ResolutionStep> before, boolean reversed) {
    Expansion expansion = steps.expansion();
    if (expansion == null) {
      Member end = steps.leaves().getFirst();
      add(end, join(steps.above(null), before));
      return;
    }
    ResolutionStep list = steps.end();
    List<ResolutionStep> above = join(steps.above(null), before);
    if (!decide(list, above, reversed)) {
      return;
    }
    tooLarge |= expansion.isTooLarge();
    // Whether the members that a node named get it.
    Map<Node, Boolean> open = new HashMap<>();
    for (Node node : expansion.nodes()) {
      boolean reached = node.above() == null || open.getOrDefault(node.above(), false);
      open.put(
          node,
          reached
              && (!Steps.isList(node.step())
                  || decide(node.step(), join(steps.above(node), before), reversed)));
    }
    @Nullable Node named = null;
    List<ResolutionStep> way = above;
    for (Member member : expansion.members()) {
      if (member.above() != named) {
        named = member.above();
        way = join(steps.above(named), before);
      }
      if (named == null || open.getOrDefault(named, false)) {
        add(member, way);
      }
    }
  }

  /**
   * Lets a list decide.
   *
   * @param above itself and what led to it
   * @return whether its members get it
   */
  private boolean decide(ResolutionStep list, List<ResolutionStep> above, boolean reversed) {
    Long id = list.listId();
    if (id == null || !decided.add(id)) {
      leftOut.add(list.address());
      return false;
    }
    return switch (NullSenderRule.of(list, reversed)) {
      case MEMBERS -> true;
      case REFUSE -> {
        leftOut.add(list.address());
        yield false;
      }
      case OWNER -> {
        Mailbox mailbox = NullSenderRule.returnAddress(list).orElseThrow();
        Resolution leadsTo = found.get(Lookup.text(mailbox));
        if (leadsTo == null) {
          add(asItStands(mailbox), above);
        } else {
          // It is about the list, not about what the list's own sender has sent.
          follow(new Steps(leadsTo), above, false);
        }
        yield false;
      }
    };
  }

  private void add(Member member, List<ResolutionStep> above) {
    if (seen.add(member.finalAddress())) {
      leaves.add(new Leaf(member, above));
    }
  }

  private static Member asItStands(Mailbox mailbox) {
    return new Member(
        null,
        1,
        mailbox.toString(),
        FinalAddress.of(mailbox, false),
        FOREIGN,
        false,
        null,
        0,
        null);
  }

  private static List<ResolutionStep> join(List<ResolutionStep> near, List<ResolutionStep> far) {
    if (far.isEmpty()) {
      return near;
    }
    List<ResolutionStep> all = new ArrayList<>(near);
    all.addAll(far);
    return all;
  }

  /** Returns the addresses that answer for lists in a resolution, where its mail may go to them. */
  static Set<String> returnAddresses(Resolution resolution, boolean reversed) {
    Set<String> addresses = new HashSet<>();
    Steps steps = new Steps(resolution);
    Expansion expansion = steps.expansion();
    if (expansion == null) {
      return addresses;
    }
    addReturnAddress(steps.end(), reversed, addresses);
    if (NullSenderRule.of(steps.end(), reversed) == NullSender.MEMBERS) {
      for (Node node : expansion.nodes()) {
        if (Steps.isList(node.step())) {
          addReturnAddress(node.step(), reversed, addresses);
        }
      }
    }
    return addresses;
  }

  private static void addReturnAddress(
      ResolutionStep list, boolean reversed, Set<String> addresses) {
    if (NullSenderRule.of(list, reversed) == NullSender.OWNER) {
      addresses.add(Lookup.text(NullSenderRule.returnAddress(list).orElseThrow()));
    }
  }
}
