package io.authserver.db.signing;

import java.util.List;

/**
 * A domain of ours, as dkimsigner sees it.
 *
 * @param name folded A-labels
 * @param activeKeys the keys that sign, oldest first; may be empty
 */
public record SigningDomain(
    long id, String name, SigningPolicy policy, List<StoredKey> activeKeys) {
  public SigningDomain {
    activeKeys = List.copyOf(activeKeys);
  }
}
