package io.authserver.mailforwarder.resolve;

import static io.authserver.db.alias.Decision.LIST;
import static io.authserver.db.alias.Decision.REDIRECT;

import io.authserver.db.alias.ResolutionStep;
import io.authserver.smtp.address.Mailbox;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The steps of one address, as a tree. */
final class Steps {
  private final List<ResolutionStep> ordered;
  private final Map<Integer, ResolutionStep> byNumber = new HashMap<>();

  Steps(List<ResolutionStep> ordered) {
    this.ordered = ordered;
    ordered.forEach(step -> byNumber.put(step.step(), step));
  }

  /** Returns the step of the address itself. */
  ResolutionStep top() {
    return ordered.getFirst();
  }

  /** Returns the steps that stand for no others, in order. */
  List<ResolutionStep> leaves() {
    List<ResolutionStep> leaves = new ArrayList<>();
    for (ResolutionStep step : ordered) {
      if (!isList(step) && !isRedirect(step)) {
        leaves.add(step);
      }
    }
    return leaves;
  }

  /** Returns the steps that led to a step, nearest first. */
  List<ResolutionStep> above(ResolutionStep step) {
    List<ResolutionStep> above = new ArrayList<>();
    Integer parent = step.parent();
    // The bound only guards against rows that make no tree.
    while (parent != null && above.size() < ordered.size()) {
      ResolutionStep next = byNumber.get(parent);
      if (next == null) {
        break;
      }
      above.add(next);
      parent = next.parent();
    }
    return above;
  }

  /** Returns whether a list or redirect stands at a place of the tree where nothing follows it. */
  boolean isEmpty(ResolutionStep step) {
    return (isList(step) || isRedirect(step))
        && ordered.stream().noneMatch(other -> isParent(step, other.parent()));
  }

  List<ResolutionStep> ordered() {
    return ordered;
  }

  private static boolean isParent(ResolutionStep step, @Nullable Integer parent) {
    return parent != null && parent == step.step();
  }

  static boolean isList(ResolutionStep step) {
    return step.decision() == LIST;
  }

  static boolean isRedirect(ResolutionStep step) {
    return step.decision() == REDIRECT;
  }

  /** Returns the own reverse-path of a list, where it has one that is an address. */
  static Optional<Mailbox> newMailfrom(ResolutionStep step) {
    return parse(step.newMailfrom());
  }

  /** Returns the address of a list's owner, where it has one that is an address. */
  static Optional<Mailbox> owner(ResolutionStep step) {
    return parse(step.ownerAddress());
  }

  static Optional<Mailbox> parse(@Nullable String address) {
    return address == null ? Optional.empty() : Mailbox.tryParse(address);
  }
}
