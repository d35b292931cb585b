package io.authserver.admin.explain;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.signing.SigningDomain;
import io.authserver.db.signing.SigningStore;
import io.authserver.db.signing.StoredKey;
import io.authserver.db.signing.WrappingKeyException;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.dkimsigner.select.SigningDecision;
import io.authserver.dkimsigner.select.SigningSelector;
import io.authserver.mailforwarder.fanout.Rehearsal.PlannedCopy;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.author.Authors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds out by dkimsigner's own selection which keys would sign a copy. */
public final class SigningForecast {
  private static final String SEVERAL_AUTHORS = "550 5.6.0";
  private static final String LONG_FROM = "550 5.6.0";
  private static final String NO_USABLE_KEY = "451 4.3.5";

  private final SigningStore store;
  private final @Nullable WrappingKeys wrappingKeys;

  /**
   * Makes a forecast.
   *
   * @param wrappingKeys what opens private keys, or null where nobody knows
   */
  public SigningForecast(SigningStore store, @Nullable WrappingKeys wrappingKeys) {
    this.store = store;
    this.wrappingKeys = wrappingKeys;
  }

  /**
   * Returns what dkimsigner would do with a copy.
   *
   * @param authors who wrote the message
   */
  public Signing of(PlannedCopy copy, Authors authors) throws AuthDatabaseException {
    if (copy.ours()) {
      // The next hop delivers these itself; only what leaves the site comes to dkimsigner.
      return Signing.none("local");
    }
    SigningSelector selector =
        new SigningSelector(
            authors,
            copy.sender().reversePath() instanceof ReversePath.Address(var mailbox)
                ? Optional.of(mailbox.foldedDomain())
                : Optional.empty(),
            // What leaves the site is marked, and the two daemons share the key.
            SigningSelector.Origin.of(copy.mark().orElseThrow()));
    Map<String, SigningDomain> ours = store.find(selector.domainsToLookUp());
    SigningDecision decision = selector.decide(ours);
    return switch (decision) {
      case SigningDecision.Sign(SigningDomain domain, boolean required) -> sign(domain, required);
      case SigningDecision.PassThrough(SigningDecision.Why why)
          when why == SigningDecision.Why.SIGNING_OFF ->
          new Signing(
              decision.name(),
              // The author's comes first, then its parents, closest first.
              selector.domainsToLookUp().stream()
                  .filter(ours::containsKey)
                  .findFirst()
                  .orElse(null),
              false,
              List.of(),
              null);
      case SigningDecision.PassThrough passThrough -> Signing.none(passThrough.name());
      case SigningDecision.Reject reject ->
          new Signing(reject.name(), reject.domain().name(), false, List.of(), SEVERAL_AUTHORS);
      case SigningDecision.LongFrom longFrom ->
          new Signing(longFrom.name(), null, false, List.of(), LONG_FROM);
      case SigningDecision.NoUsableKey noKey ->
          new Signing(noKey.name(), noKey.domain().name(), true, List.of(), NO_USABLE_KEY);
    };
  }

  private Signing sign(SigningDomain domain, boolean required) {
    List<Signing.Key> keys = new ArrayList<>();
    for (StoredKey key : domain.activeKeys()) {
      keys.add(new Signing.Key(key.selector(), key.algorithm(), opens(domain, key)));
    }
    boolean none =
        keys.stream().noneMatch(key -> key.opens().equals("yes") || key.opens().equals("unknown"));
    return new Signing(
        none ? "no_usable_key" : "sign",
        domain.name(),
        required,
        keys,
        none && required ? NO_USABLE_KEY : null);
  }

  private String opens(SigningDomain domain, StoredKey key) {
    if (wrappingKeys == null) {
      return "unknown";
    }
    try {
      byte[] opened = wrappingKeys.unwrap(domain.name(), key.selector(), key.wrappedPrivateKey());
      Arrays.fill(opened, (byte) 0);
      return "yes";
    } catch (WrappingKeyException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
