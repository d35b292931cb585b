package io.authserver.db.alias;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * With what return addresses are made and verified.
 *
 * @param secrets the first signs, all verify; none where the database has none
 * @param form how the hash is made: {@code mailsrs} or {@code separated}
 * @param since since when it is made so; null where that never changed
 * @param domainActive whether the domain that was asked about is one of ours that takes mail
 */
public record SrsKeys(
    List<byte[]> secrets, String form, @Nullable Instant since, boolean domainActive) {
  /** Copies the list. */
  public SrsKeys {
    secrets = List.copyOf(secrets);
  }

  @Override
  public String toString() {
    return "SrsKeys[" + secrets.size() + " secrets, " + form + "]";
  }
}
