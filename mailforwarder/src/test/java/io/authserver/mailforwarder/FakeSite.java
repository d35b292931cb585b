package io.authserver.mailforwarder;

import io.authserver.db.alias.BlockAction;
import io.authserver.db.alias.Decision;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.alias.ResolutionStore;
import io.authserver.db.pool.AuthDatabaseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A site in memory: what the database would say, by a small and obvious rule. */
public final class FakeSite implements ResolutionStore {
  /** What an alias stands for. */
  private sealed interface Alias {
    record User() implements Alias {}

    record MailingList(List<String> members, @Nullable String newMailfrom, @Nullable String owner)
        implements Alias {}

    record Blocked(BlockAction action) implements Alias {}
  }

  private final Map<String, Alias> aliases = new HashMap<>();
  private final Map<String, String> redirects = new HashMap<>();
  private final Map<String, Long> domains = new LinkedHashMap<>();
  private final Set<String> transactional = new HashSet<>();
  private final List<List<String>> calls = new ArrayList<>();
  private final Set<String> cached = new HashSet<>();
  private final Set<String> inactive = new HashSet<>();
  private boolean down;

  public FakeSite domain(String domain) {
    domains.put(domain, domains.size() + 1L);
    return this;
  }

  public FakeSite transactional(String domain) {
    transactional.add(domain);
    return domain(domain);
  }

  public FakeSite user(String address) {
    aliases.put(address, new Alias.User());
    return this;
  }

  public FakeSite list(String address, String... members) {
    return ownedList(address, null, null, members);
  }

  public FakeSite ownedList(
      String address, @Nullable String newMailfrom, @Nullable String owner, String... members) {
    aliases.put(address, new Alias.MailingList(List.of(members), newMailfrom, owner));
    return this;
  }

  public FakeSite blocked(String address, BlockAction action) {
    aliases.put(address, new Alias.Blocked(action));
    return this;
  }

  public FakeSite redirect(String domain, String to) {
    redirects.put(domain, to);
    return domain(domain);
  }

  /** Deactivates domains, and lists by their address. */
  public FakeSite inactive(String... names) {
    inactive.addAll(List.of(names));
    return this;
  }

  /** Lets every question fail, or no longer. */
  public void down(boolean away) {
    down = away;
  }

  /** Lets these be answered all the same. */
  public void cached(String... addresses) {
    cached.addAll(List.of(addresses));
  }

  /** Returns what was asked, a list for each call. */
  public List<List<String>> calls() {
    return calls;
  }

  @Override
  public List<ResolutionStep> resolve(List<String> addresses) throws AuthDatabaseException {
    calls.add(List.copyOf(addresses));
    if (down && !cached.containsAll(addresses)) {
      throw AuthDatabaseException.unreachable("away", null);
    }
    List<ResolutionStep> steps = new ArrayList<>();
    for (int i = 0; i < addresses.size(); i++) {
      List<ResolutionStep> own = new ArrayList<>();
      resolve(addresses.get(i), i + 1, null, 0, List.of(), own);
      steps.addAll(own);
    }
    return steps;
  }

  private void resolve(
      String address,
      int input,
      @Nullable Integer parent,
      int depth,
      List<String> path,
      List<ResolutionStep> steps) {
    int at = address.lastIndexOf('@');
    String domain = at < 0 ? null : address.substring(at + 1).toLowerCase(Locale.ROOT);
    String folded = address.toLowerCase(Locale.ROOT);
    Alias alias = at < 0 ? null : alias(folded.substring(0, at), domain);
    Decision decision;
    if (at < 0) {
      decision = Decision.INVALID;
    } else if (!domains.containsKey(domain)) {
      decision = Decision.FOREIGN;
    } else if (inactive.contains(domain) || inactive.contains(folded)) {
      decision = Decision.INACTIVE;
    } else if (path.contains(folded)) {
      decision = Decision.CIRCLE;
    } else if (alias == null) {
      decision = redirects.containsKey(domain) ? Decision.REDIRECT : Decision.UNKNOWN;
    } else {
      decision =
          switch (alias) {
            case Alias.User _ -> Decision.USER;
            case Alias.MailingList _ -> Decision.LIST;
            case Alias.Blocked _ -> Decision.BLOCKED;
          };
    }
    int step = steps.size() + 1;
    List<String> next =
        switch (decision) {
          case LIST -> ((Alias.MailingList) alias).members();
          case REDIRECT -> List.of(address.substring(0, at + 1) + redirects.get(domain));
          default -> List.of();
        };
    Alias.MailingList list = alias instanceof Alias.MailingList found ? found : null;
    steps.add(
        new ResolutionStep(
            input,
            step,
            parent,
            depth,
            address,
            decision,
            domain == null ? null : domains.get(domain),
            domain,
            null,
            null,
            null,
            inactive.contains(folded) ? 1L : null,
            null,
            list == null ? null : list.newMailfrom(),
            list == null ? null : list.owner(),
            decision == Decision.REDIRECT ? next.getFirst() : null,
            alias instanceof Alias.Blocked(BlockAction action) ? action : null,
            domain != null && transactional.contains(domain)));
    List<String> longer = new ArrayList<>(path);
    longer.add(folded);
    for (String member : next) {
      resolve(member, input, step, depth + 1, longer, steps);
    }
  }

  private @Nullable Alias alias(String localPart, String domain) {
    for (int end = localPart.length(); end > 0; end--) {
      boolean whole = end == localPart.length();
      if (whole || localPart.charAt(end) == '+' || localPart.charAt(end) == '-') {
        Alias found = aliases.get(localPart.substring(0, end) + "@" + domain);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }
}
