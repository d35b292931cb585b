package io.authserver.mailforwarder.resolve;

import io.authserver.db.alias.Decision;
import io.authserver.db.alias.Expansion;
import io.authserver.db.alias.ResolutionStep;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where an address leads.
 *
 * @param route its own step and one for each redirect that was followed; the last one decides
 * @param expansion who is on the list in which it ends; null where it ends in none
 */
public record Resolution(List<ResolutionStep> route, @Nullable Expansion expansion) {
  /** Copies the route. */
  public Resolution {
    route = List.copyOf(route);
    if (route.isEmpty()) {
      throw new IllegalArgumentException("an address has a step of its own");
    }
  }

  /** Returns the step of the address itself. */
  public ResolutionStep top() {
    return route.getFirst();
  }

  /** Returns the step that decides. */
  public ResolutionStep end() {
    return route.getLast();
  }

  /** Returns the list in which it ends. */
  public static Optional<Long> list(List<ResolutionStep> route) {
    ResolutionStep end = route.getLast();
    return end.decision() == Decision.LIST ? Optional.ofNullable(end.listId()) : Optional.empty();
  }
}
