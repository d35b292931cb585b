package io.authserver.mailforwarder.resolve;

import io.authserver.db.alias.Expansion;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.smtp.address.Mailbox;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Who looks after the lists on the way to a target, and is told of what fails there.
 *
 * @param mailboxes of each list its owner, then its own reverse-path, nearest list first
 * @param lists the ids of the lists; what is told about them never goes to one of them (RFC 5321
 *     §3.9.2)
 */
public record Keepers(List<Mailbox> mailboxes, Set<Long> lists) {
  /** Those of a target behind no list. */
  public static final Keepers NONE = new Keepers(List.of(), Set.of());

  /** Copies both. */
  public Keepers {
    mailboxes = List.copyOf(mailboxes);
    lists = Set.copyOf(lists);
  }

  /**
   * Returns those of a way.
   *
   * @param above the lists and redirects that lead to the target, nearest first
   */
  static Keepers of(List<ResolutionStep> above) {
    Set<Mailbox> mailboxes = new LinkedHashSet<>();
    Set<Long> lists = new HashSet<>();
    for (ResolutionStep step : above) {
      if (Steps.isList(step)) {
        Steps.owner(step).ifPresent(mailboxes::add);
        Steps.newMailfrom(step).ifPresent(mailboxes::add);
        Long list = step.listId();
        if (list != null) {
          lists.add(list);
        }
      }
    }
    return mailboxes.isEmpty() && lists.isEmpty()
        ? NONE
        : new Keepers(new ArrayList<>(mailboxes), lists);
  }

  /** Returns those of the list in which an address ends. */
  public static Keepers of(Resolution resolution) {
    return of(new Steps(resolution).above(null));
  }

  /** Returns the ids of all lists that an address leads to, those among the members included. */
  public static Set<Long> listsBehind(Resolution resolution) {
    Set<Long> lists = new HashSet<>();
    Resolution.list(resolution.route()).ifPresent(lists::add);
    Expansion expansion = resolution.expansion();
    if (expansion != null) {
      for (Expansion.Node node : expansion.nodes()) {
        Long list = node.step().listId();
        if (list != null) {
          lists.add(list);
        }
      }
    }
    return lists;
  }
}
