package io.authserver.mailforwarder.fanout;

import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.alias.ResolutionStore;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.mailforwarder.resolve.Lookup;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.ReversePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the database about what a message needs, once for each batch of recipients. */
final class Resolver {
  private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);

  private final ResolutionStore store;
  private final Map<String, List<ResolutionStep>> found = new HashMap<>();

  Resolver(ResolutionStore store) {
    this.store = store;
  }

  /** Returns the steps that are known by now, by address. */
  Map<String, List<ResolutionStep>> found() {
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
   * Finds out about the addresses that are not known yet, with one question. Where the database
   * does not answer that, each address on its own, so that those go on that are in the cache; the
   * others stay unknown.
   */
  void find(List<Lookup> lookups, Optional<String> domainProbe) {
    List<String> asked = wanted(lookups, domainProbe);
    if (asked.isEmpty()) {
      return;
    }
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
  }

  private List<String> wanted(List<Lookup> lookups, Optional<String> domainProbe) {
    Set<String> wanted = new LinkedHashSet<>();
    domainProbe.ifPresent(wanted::add);
    lookups.forEach(lookup -> wanted.addAll(lookup.addresses()));
    wanted.removeAll(found.keySet());
    return List.copyOf(wanted);
  }

  private void askAlone(String address) {
    try {
      ask(List.of(address));
    } catch (AuthDatabaseException e) {
      LOG.debug("event=not_cached address={}", address, e);
    }
  }

  private void ask(List<String> asked) throws AuthDatabaseException {
    for (ResolutionStep step : store.resolve(asked)) {
      found.computeIfAbsent(asked.get(step.input() - 1), _ -> new ArrayList<>()).add(step);
    }
  }

  /** Returns whether all that was asked for is known. */
  boolean knows(Lookup lookup) {
    return found.keySet().containsAll(lookup.addresses());
  }

  /** Returns the step of an address itself, once it was found. */
  Optional<ResolutionStep> top(String address) {
    return Optional.ofNullable(found.get(address)).map(List::getFirst);
  }
}
