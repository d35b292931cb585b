package io.authserver.dkimsigner;

import io.authserver.db.signing.WrappingKeys;
import io.authserver.db.testing.TestDatabase;
import io.authserver.dkim.key.DkimPrivateKey;
import java.util.HexFormat;

/** Puts domains and active keys into a test's database. */
final class SigningRows {
  private SigningRows() {}

  /**
   * Makes a domain.
   *
   * @param policy further assignments, e.g. {@code , require_signature = true}
   */
  static void domain(TestDatabase database, String name, String policy) {
    database.execute(
        "INSERT INTO authserver.domain (name) VALUES ('" + name + "')",
        "UPDATE authserver.domain SET sign = true" + policy + " WHERE name = '" + name + "'");
  }

  static void ed25519Key(
      TestDatabase database, String domain, String selector, WrappingKeys wrappingKeys) {
    key(database, domain, selector, DkimPrivateKey.generateEd25519(), wrappingKeys);
  }

  /** Makes an active key. */
  static void key(
      TestDatabase database,
      String domain,
      String selector,
      DkimPrivateKey key,
      WrappingKeys wrappingKeys) {
    String wrapped = HexFormat.of().formatHex(wrappingKeys.wrap(domain, selector, key.toPkcs8()));
    database.execute(
        "INSERT INTO authserver.dkim_key (domain_id, selector, algorithm, wrapped_private_key,"
            + " public_key, state, activated_at) SELECT id, '"
            + selector
            + "', '"
            + key.algorithm().keyType()
            + "', decode('"
            + wrapped
            + "', 'hex'), decode(repeat('00', 64), 'hex'), 'active', now()"
            + " FROM authserver.domain WHERE name = '"
            + domain
            + "'");
  }
}
