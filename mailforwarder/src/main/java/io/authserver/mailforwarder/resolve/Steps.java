package io.authserver.mailforwarder.resolve;

import static io.authserver.db.alias.Decision.LIST;

import io.authserver.db.alias.Expansion;
import io.authserver.db.alias.Expansion.Member;
import io.authserver.db.alias.Expansion.Node;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.smtp.address.Mailbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The steps of one address: its route, and the members of the list in which that ends. */
final class Steps {
  private final Resolution resolution;

  Steps(Resolution resolution) {
    this.resolution = resolution;
  }

  /** Returns the step of the address itself. */
  ResolutionStep top() {
    return resolution.top();
  }

  /** Returns the step that decides. */
  ResolutionStep end() {
    return resolution.end();
  }

  /** Returns who is on the list in which it ends; null where it ends in none. */
  @Nullable Expansion expansion() {
    return resolution.expansion();
  }

  /** Returns whether it ends in a list of which the database did not tell all. */
  boolean isTooLarge() {
    Expansion expansion = resolution.expansion();
    return expansion != null && expansion.isTooLarge();
  }

  /** Returns what stands for no others, in order: the members of the list, or the last step. */
  List<Member> leaves() {
    Expansion expansion = resolution.expansion();
    if (expansion != null) {
      return expansion.members();
    }
    return List.of(Member.of(null, 1, resolution.end()));
  }

  /** Returns the steps above a leaf or node that a node named, nearest first. */
  List<ResolutionStep> above(@Nullable Node named) {
    List<ResolutionStep> above = new ArrayList<>();
    for (Node node = named; node != null; node = node.above()) {
      above.add(node.step());
    }
    List<ResolutionStep> route = resolution.route();
    // The last step is above the members of the list, and no step is above itself.
    int last = resolution.expansion() == null ? route.size() - 2 : route.size() - 1;
    for (int i = last; i >= 0; i--) {
      above.add(route.get(i));
    }
    return above;
  }

  /** Returns the addresses of lists and redirects where nothing follows. */
  List<String> empty() {
    Expansion expansion = resolution.expansion();
    if (expansion == null) {
      return List.of();
    }
    List<String> empty = new ArrayList<>();
    if (expansion.nodes().isEmpty() && expansion.members().isEmpty()) {
      empty.add(resolution.end().address());
    }
    expansion.nodes().stream()
        .filter(Node::isEmpty)
        .map(n -> n.step().address())
        .forEach(empty::add);
    return empty;
  }

  /** Returns each list, with itself and the steps above it, nearest first. */
  List<List<ResolutionStep>> lists() {
    Expansion expansion = resolution.expansion();
    if (expansion == null) {
      return List.of();
    }
    List<List<ResolutionStep>> lists = new ArrayList<>();
    lists.add(above(null));
    expansion.nodes().stream().filter(n -> isList(n.step())).map(this::above).forEach(lists::add);
    return lists;
  }

  static boolean isList(ResolutionStep step) {
    return step.decision() == LIST;
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
