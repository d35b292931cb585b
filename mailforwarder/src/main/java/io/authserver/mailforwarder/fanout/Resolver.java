package io.authserver.mailforwarder.fanout;

import io.authserver.db.alias.Expansion;
import io.authserver.db.alias.ExpansionMemoryException;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.alias.ResolutionStore;
import io.authserver.db.alias.SrsTokenStore;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.mailforwarder.resolve.Decider;
import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.mailforwarder.resolve.Lookup;
import io.authserver.mailforwarder.resolve.Resolution;
import io.authserver.mailforwarder.resolve.SenderFacts;
import io.authserver.mailforwarder.srs.SrsReversal;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.reply.Reply;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the database about what a message needs, once for each batch of recipients. */
final class Resolver {
  private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);

  /** Tokens behind tokens: mail that went through us more than once. */
  private static final int MAX_TOKENS = 4;

  private final ResolutionStore store;
  private final SrsTokenStore tokens;
  private final ForwarderMetrics metrics;

  /** Where addresses lead, the sender's domain among them. */
  private final Map<String, List<ResolutionStep>> routes = new HashMap<>();

  /** The same of what was asked for, with the members of lists. */
  private final Map<String, Resolution> found = new HashMap<>();

  /** By list: one for all its addresses, with any extension. */
  private final Map<Long, Expansion> expansions = new HashMap<>();

  /** Addresses of lists for whose members there was no memory. */
  private final Set<String> withoutMemory = new HashSet<>();

  Resolver(ResolutionStore store, SrsTokenStore tokens, ForwarderMetrics metrics) {
    this.store = store;
    this.tokens = tokens;
    this.metrics = metrics;
  }

  /**
   * Goes on with those lookups whose reversal is a token, with one question for all; where the
   * database does not answer they stay as they are.
   */
  void redeem(List<@Nullable Lookup> lookups, Decider decider, Instant at) {
    try {
      redeemAll(lookups, decider, at);
    } catch (AuthDatabaseException e) {
      LOG.warn("event=database_away what=srs_tokens cause=\"{}\"", e.getMessage());
    }
  }

  /** Goes on with one lookup; a database that does not answer is told. */
  Lookup redeemOrThrow(Lookup lookup, Decider decider, Instant at) throws AuthDatabaseException {
    List<@Nullable Lookup> lookups = new ArrayList<>();
    lookups.add(lookup);
    redeemAll(lookups, decider, at);
    return Objects.requireNonNull(lookups.getFirst());
  }

  private void redeemAll(List<@Nullable Lookup> lookups, Decider decider, Instant at)
      throws AuthDatabaseException {
    for (int round = 0; ; round++) {
      Set<String> wanted = new LinkedHashSet<>();
      lookups.forEach(lookup -> token(lookup).ifPresent(wanted::add));
      if (wanted.isEmpty()) {
        return;
      }
      boolean over = round == MAX_TOKENS;
      Map<String, String> senders = over ? Map.of() : tokens.find(wanted);
      metrics.tokensLookedUp(senders.size(), wanted.size() - senders.size());
      for (int i = 0; i < lookups.size(); i++) {
        Lookup lookup = lookups.get(i);
        Optional<String> token = token(lookup);
        if (lookup != null && token.isPresent()) {
          lookups.set(
              i,
              over ? decider.giveUp(lookup) : decider.redeem(lookup, token.map(senders::get), at));
        }
      }
    }
  }

  private static Optional<String> token(@Nullable Lookup lookup) {
    return lookup != null && lookup.reversal() instanceof SrsReversal.Token(String token)
        ? Optional.of(token)
        : Optional.empty();
  }

  /**
   * Keeps the senders that a decision puts behind tokens.
   *
   * @return nothing where the decision may be carried out, else what takes its place
   */
  Optional<Decision.Refuse> keep(Decision decision) {
    if (!(decision instanceof Decision.Forward forward)) {
      return Optional.empty();
    }
    Map<String, String> senders = forward.senders();
    if (senders.isEmpty()) {
      return Optional.empty();
    }
    try {
      tokens.keep(senders);
      metrics.tokensKept(senders.size(), true);
      return Optional.empty();
    } catch (AuthDatabaseException e) {
      metrics.tokensKept(senders.size(), false);
      String event = e.isLimit() ? "srs_tokens_full" : "database_away";
      LOG.warn("event={} what=srs_tokens cause=\"{}\"", event, e.getMessage());
      Reply reply =
          e.isLimit()
              ? Reply.of(
                  451, "4.3.1", "Too many long return addresses are kept now; try again later")
              : Reply.of(451, "4.3.0", "Cannot keep a return address now; try again later");
      return Optional.of(new Decision.Refuse(reply, event, false));
    }
  }

  /** Returns what is known by now, by address. */
  Map<String, Resolution> found() {
    return found;
  }

  /**
   * Returns the address that tells whether a sender's domain is ours: one for each domain, so that
   * foreign senders do not fill the cache.
   */
  static Optional<String> domainProbe(ReversePath reversePath) {
    return reversePath instanceof ReversePath.Address(Mailbox mailbox)
            && !mailbox.isAddressLiteral()
        ? Optional.of(new Mailbox("postmaster", mailbox.foldedDomain()).toString())
        : Optional.empty();
  }

  /**
   * Finds out where the addresses lead that are not known yet, with one question. Where the
   * database does not answer that, each address on its own, so that those go on that are in the
   * cache; the others stay unknown.
   */
  void find(List<Lookup> lookups, Optional<String> domainProbe) {
    Set<String> asked = wanted(lookups, domainProbe);
    try {
      ask(asked);
    } catch (AuthDatabaseException e) {
      LOG.warn("event=database_away addresses={} cause=\"{}\"", asked.size(), e.getMessage());
      if (asked.size() > 1) {
        asked.forEach(this::askAlone);
      }
    }
  }

  /** Finds out about addresses as {@link #find} does; a database that does not answer is told. */
  void findOrThrow(List<Lookup> lookups, Optional<String> domainProbe)
      throws AuthDatabaseException {
    ask(wanted(lookups, domainProbe));
    for (Lookup lookup : lookups) {
      complete(lookup);
    }
  }

  private Set<String> wanted(List<Lookup> lookups, Optional<String> domainProbe) {
    Set<String> wanted = new LinkedHashSet<>();
    domainProbe.ifPresent(wanted::add);
    lookups.forEach(lookup -> wanted.addAll(lookup.addresses()));
    wanted.removeAll(routes.keySet());
    return wanted;
  }

  private void askAlone(String address) {
    try {
      ask(Set.of(address));
    } catch (AuthDatabaseException e) {
      LOG.debug("event=not_cached address={}", address, e);
    }
  }

  private void ask(Set<String> asked) throws AuthDatabaseException {
    if (!asked.isEmpty()) {
      routes.putAll(store.route(asked, small -> expansions.putIfAbsent(small.listId(), small)));
    }
  }

  /** Adds who is on the list in which an address ends that was asked for. */
  private void complete(Lookup lookup) throws AuthDatabaseException {
    for (String address : lookup.addresses()) {
      List<ResolutionStep> route = routes.get(address);
      if (route == null || found.containsKey(address)) {
        continue;
      }
      Optional<Long> list = Resolution.list(route);
      try {
        found.put(address, new Resolution(route, list.isEmpty() ? null : expansion(list.get())));
      } catch (ExpansionMemoryException e) {
        withoutMemory.add(address);
      }
    }
  }

  private Expansion expansion(long list) throws AuthDatabaseException {
    Expansion known = expansions.get(list);
    if (known == null) {
      known = store.expand(list);
      expansions.put(list, known);
    }
    return known;
  }

  /**
   * Returns where what was asked for leads in the end, with the members of the list that this may
   * be: they are asked for here, one list after the other, so that a batch of recipients does not
   * hold those of lists for which there is no room.
   */
  Optional<Resolution> resolution(Lookup lookup) {
    try {
      complete(lookup);
    } catch (AuthDatabaseException e) {
      LOG.warn("event=database_away what=members cause=\"{}\"", e.getMessage());
    }
    return found.keySet().containsAll(lookup.addresses())
        ? Optional.ofNullable(found.get(lookup.addresses().getLast()))
        : Optional.empty();
  }

  /**
   * Returns the same for a message of a sender, with what its decision needs besides: where those
   * addresses lead that answer for lists, if it is a bounce. Each of them may end in a list again.
   */
  Optional<Resolution> resolution(Lookup lookup, Decider decider, SenderFacts facts) {
    Optional<Resolution> found = resolution(lookup);
    Deque<Lookup> waiting = new ArrayDeque<>();
    found.ifPresent(leadsTo -> waiting.addAll(returns(lookup, leadsTo, decider, facts)));
    Set<String> asked = new HashSet<>();
    while (!waiting.isEmpty()) {
      Lookup next = waiting.remove();
      if (!asked.add(next.address())) {
        continue;
      }
      find(List.of(next), Optional.empty());
      Optional<Resolution> leadsTo = resolution(next);
      if (leadsTo.isEmpty()) {
        return Optional.empty();
      }
      waiting.addAll(returns(next, leadsTo.get(), decider, facts));
    }
    return found;
  }

  private static List<Lookup> returns(
      Lookup lookup, Resolution resolution, Decider decider, SenderFacts facts) {
    return decider.returnAddresses(lookup, resolution, facts).stream()
        .map(address -> new Lookup(address, new SrsReversal.NotSrs(), Optional.empty()))
        .toList();
  }

  /** Lets go of the members of a list for which there was no room. */
  void forget(Lookup lookup) {
    Resolution forgotten = found.remove(lookup.addresses().getLast());
    Expansion expansion = forgotten == null ? null : forgotten.expansion();
    if (expansion != null
        && found.values().stream().noneMatch(other -> other.expansion() == expansion)) {
      expansions.remove(expansion.listId());
    }
  }

  /** Returns whether it is not known because there was no memory for the members of a list. */
  boolean hadNoMemory(Lookup lookup) {
    return lookup.addresses().stream().anyMatch(withoutMemory::contains);
  }

  /** Returns the step of an address itself, once it was found. */
  Optional<ResolutionStep> top(String address) {
    return Optional.ofNullable(routes.get(address)).map(List::getFirst);
  }
}
