package io.authserver.mailforwarder;

import io.authserver.db.alias.BlockAction;
import io.authserver.db.alias.Decision;
import io.authserver.db.alias.Expansion;
import io.authserver.db.alias.NullSender;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.alias.ResolutionStore;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A site in memory: what the database would say, by a small and obvious rule. */
public final class FakeSite implements ResolutionStore {
  /** As in {@code authserver.forwarder_expand}. */
  private static final int MAX_STEPS = 100_000;

  /** What an alias stands for. */
  private sealed interface Alias {
    record User() implements Alias {}

    record MailingList(List<String> members, @Nullable String newMailfrom, @Nullable String owner)
        implements Alias {}

    record Blocked(BlockAction action) implements Alias {}
  }

  private final Map<String, Alias> aliases = new HashMap<>();

  /** The addresses of lists; their ids are their places. */
  private final List<String> lists = new ArrayList<>();

  private final Map<String, String> redirects = new HashMap<>();
  private final Map<String, Long> domains = new LinkedHashMap<>();
  private final Set<String> transactional = new HashSet<>();
  private final List<List<String>> calls = new ArrayList<>();
  private final Set<String> cached = new HashSet<>();
  private final Set<String> inactive = new HashSet<>();
  private final Map<String, NullSender> nullSenders = new HashMap<>();
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
    lists.add(address);
    return this;
  }

  /** Says who gets the bounces to a list, by its address. */
  public FakeSite nullSender(String address, NullSender who) {
    nullSenders.put(address, who);
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
  public Map<String, List<ResolutionStep>> route(
      Collection<String> addresses, Consumer<Expansion> small) throws AuthDatabaseException {
    calls.add(List.copyOf(addresses));
    if (down && !cached.containsAll(addresses)) {
      throw AuthDatabaseException.unreachable("away", null);
    }
    Map<String, List<ResolutionStep>> routes = new HashMap<>();
    addresses.forEach(address -> routes.put(address, route(address)));
    return routes;
  }

  private List<ResolutionStep> route(String address) {
    List<ResolutionStep> route = new ArrayList<>();
    Set<String> followed = new HashSet<>();
    for (String at = address; at != null; at = route.getLast().target()) {
      ResolutionStep step = step(at);
      boolean redirect = step.decision() == Decision.REDIRECT;
      if (redirect && !followed.add(AsciiCase.lower(at))) {
        route.add(as(Decision.CIRCLE, step));
        break;
      }
      route.add(redirect && followed.size() > 10 ? as(Decision.TOO_DEEP, step) : step);
      if (route.getLast().decision() != Decision.REDIRECT) {
        break;
      }
    }
    return route;
  }

  @Override
  public Expansion expand(long listId) throws AuthDatabaseException {
    String top = lists.get((int) listId);
    if (down && !cached.contains(top)) {
      throw AuthDatabaseException.unreachable("away", null);
    }
    Expansion.Builder expansion = new Expansion.Builder(listId);
    List<Long> found = new ArrayList<>(List.of(listId));
    List<Integer> finders = new ArrayList<>();
    finders.add(null);
    Map<Integer, Integer> parents = new HashMap<>();
    Map<Integer, Long> nodes = new HashMap<>();
    int number = 0;
    for (int i = 0; i < found.size(); i++) {
      Alias.MailingList list = (Alias.MailingList) aliases.get(lists.get(found.get(i).intValue()));
      for (String member : list.members()) {
        Integer parent = finders.get(i);
        for (ResolutionStep step : route(member)) {
          number++;
          if (number > MAX_STEPS) {
            expansion.add(number, parent, as(Decision.TOO_MANY, step));
            return expansion.build();
          }
          Decision decision = step.decision();
          if (decision == Decision.LIST && found.contains(step.listId())) {
            decision = step.listId() == listId ? Decision.CIRCLE : Decision.REPEATED;
            for (Integer above = parent; above != null; above = parents.get(above)) {
              decision = step.listId().equals(nodes.get(above)) ? Decision.CIRCLE : decision;
            }
          } else if (decision == Decision.LIST) {
            found.add(step.listId());
            finders.add(number);
          }
          expansion.add(number, parent, as(decision, step));
          parents.put(number, parent);
          nodes.put(number, step.listId());
          parent = number;
        }
      }
    }
    return expansion.build();
  }

  private static ResolutionStep as(Decision decision, ResolutionStep step) {
    return new ResolutionStep(
        step.address(),
        decision,
        step.domainId(),
        step.domain(),
        step.matchedLocalPart(),
        step.listId(),
        step.listName(),
        step.newMailfrom(),
        step.ownerAddress(),
        step.target(),
        step.blockAction(),
        step.transactional(),
        step.nullSender(),
        step.singleMember());
  }

  private ResolutionStep step(String address) {
    int at = address.lastIndexOf('@');
    String domain = at < 0 ? null : AsciiCase.lower(address.substring(at + 1));
    String folded = AsciiCase.lower(address);
    boolean ours = domains.containsKey(domain);
    String matched = ours ? match(folded.substring(0, at), domain) : null;
    Alias alias = matched == null ? null : aliases.get(matched + "@" + domain);
    Decision decision;
    if (at < 0) {
      decision = Decision.INVALID;
    } else if (!ours) {
      decision = Decision.FOREIGN;
    } else if (inactive.contains(domain) || inactive.contains(folded)) {
      decision = Decision.INACTIVE;
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
    Alias.MailingList list = alias instanceof Alias.MailingList found ? found : null;
    return new ResolutionStep(
        address,
        decision,
        ours ? domains.get(domain) : null,
        domain,
        matched,
        list == null ? null : (long) lists.indexOf(matched + "@" + domain),
        list == null ? null : matched,
        list == null ? null : list.newMailfrom(),
        list == null ? null : list.owner(),
        decision == Decision.REDIRECT ? address.substring(0, at + 1) + redirects.get(domain) : null,
        alias instanceof Alias.Blocked(BlockAction action) ? action : null,
        domain != null && transactional.contains(domain),
        list == null ? null : nullSenders.get(matched + "@" + domain),
        list != null && list.members().size() == 1);
  }

  private @Nullable String match(String localPart, String domain) {
    for (int end = localPart.length(); end > 0; end--) {
      boolean whole = end == localPart.length();
      if ((whole || localPart.charAt(end) == '+' || localPart.charAt(end) == '-')
          && aliases.containsKey(localPart.substring(0, end) + "@" + domain)) {
        return localPart.substring(0, end);
      }
    }
    return null;
  }
}
