package io.authserver.mailforwarder.fanout;

import io.authserver.db.alias.Decision;
import io.authserver.mailforwarder.notify.Addressees;
import io.authserver.mailforwarder.notify.Addressees.Addressee;
import io.authserver.mailforwarder.notify.Refusal;
import io.authserver.mailforwarder.resolve.Keepers;
import io.authserver.mailforwarder.resolve.Lookup;
import io.authserver.mailforwarder.resolve.Resolution;
import io.authserver.smtp.address.Mailbox;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chooses who is told, of those who may be. What is told about a list never goes to it, by whatever
 * way (RFC 5321 §3.9.2, RFC 3834 §2), and a postmaster has to exist.
 */
final class AddresseeChoice {
  /** Whom it has come to. */
  sealed interface Chosen {
    /** Somebody. */
    record Who(Addressee addressee) implements Chosen {}

    /**
     * None of them may be told.
     *
     * @param reason in a word, for the log
     */
    record Nobody(String reason) implements Chosen {}

    /** The database does not say where they lead. */
    record Unknown() implements Chosen {}
  }

  private final Resolver resolver;
  private final Map<Mailbox, Lookup> lookups = new HashMap<>();

  /**
   * Asks the database about all of them, once.
   *
   * @param mailboxes who may be told of anything
   */
  AddresseeChoice(Forwarding forwarding, List<Mailbox> mailboxes, Instant at) {
    this.resolver = new Resolver(forwarding.store(), forwarding.tokens(), forwarding.metrics());
    List<Mailbox> distinct = mailboxes.stream().distinct().toList();
    List<@Nullable Lookup> asked = new ArrayList<>();
    distinct.forEach(mailbox -> asked.add(forwarding.decider().lookup(mailbox, at)));
    resolver.redeem(asked, forwarding.decider(), at);
    List<Lookup> found = new ArrayList<>();
    for (int i = 0; i < distinct.size(); i++) {
      Lookup lookup = asked.get(i);
      if (lookup != null) {
        lookups.put(distinct.get(i), lookup);
        found.add(lookup);
      }
    }
    resolver.find(found, Optional.empty());
  }

  /** Chooses the first who may be told about a refusal. */
  Chosen choose(List<Addressee> may, Refusal refusal) {
    String reason = "not_ours";
    for (Addressee addressee : may) {
      Optional<Resolution> resolution =
          Optional.ofNullable(lookups.get(addressee.mailbox())).flatMap(resolver::resolution);
      if (resolution.isEmpty()) {
        return new Chosen.Unknown();
      }
      boolean leadsBack =
          !Collections.disjoint(refusal.keepers().lists(), Keepers.listsBehind(resolution.get()));
      boolean isMissing =
          Addressees.postmaster(refusal).filter(addressee.mailbox()::equals).isPresent()
              && isUnknown(resolution.get());
      if (!leadsBack && !isMissing) {
        return new Chosen.Who(addressee);
      }
      reason = leadsBack ? "leads_back" : "no_postmaster";
    }
    return new Chosen.Nobody(reason);
  }

  private static boolean isUnknown(Resolution resolution) {
    return resolution.top().domainId() == null || resolution.end().decision() == Decision.UNKNOWN;
  }
}
