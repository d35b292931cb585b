package io.authserver.db.mailauth;

import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.KeyAdmin;
import io.authserver.db.admin.NewKey;
import io.authserver.db.admin.Occasion;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Selector;
import io.authserver.db.admin.Sql;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.dkim.key.DkimKeyException;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.key.KeyAlgorithm;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Carries over the private key of a domain: wrapped on the way, active, its selector kept. */
final class KeyStep {
  private final Sql sql;
  private final ImportReport report;
  private final @Nullable WrappingKeys wrappingKeys;
  private final Occasion occasion;

  /** Makes the step; without wrapping keys only a database without keys can be read. */
  KeyStep(Sql sql, ImportReport report, @Nullable WrappingKeys wrappingKeys, Occasion occasion) {
    this.sql = sql;
    this.report = report;
    this.wrappingKeys = wrappingKeys;
    this.occasion = occasion;
  }

  void carry(SourceRow.Domain row, long domainId, DomainName domain)
      throws SQLException, RefusedException {
    String pem = row.keyPem();
    if (pem == null || pem.isBlank()) {
      return;
    }
    String text = row.selector() == null ? "" : row.selector();
    Selector selector;
    try {
      selector = Selector.parse(text, domain);
    } catch (RefusedException e) {
      report.add(
          Reason.KEY_SELECTOR,
          Kind.KEY,
          text + "._domainkey." + domain,
          e.getMessage() + "; mail of the domain is not signed with it");
      return;
    }
    String name = selector + "._domainkey." + domain;
    if (pem.length() > SourceRow.MAX_KEY_TEXT) {
      report.add(
          Reason.KEY_UNUSABLE,
          Kind.KEY,
          name,
          "has more than %d characters; mail of the domain is not signed with it"
              .formatted(SourceRow.MAX_KEY_TEXT));
      return;
    }
    DkimPrivateKey key;
    try {
      key = DkimPrivateKey.fromPem(pem);
    } catch (DkimKeyException e) {
      report.add(
          Reason.KEY_UNUSABLE,
          Kind.KEY,
          name,
          e.getMessage() + "; mail of the domain is not signed with it");
      return;
    }
    store(domainId, domain, selector, key, name);
  }

  private void store(
      long domainId, DomainName domain, Selector selector, DkimPrivateKey key, String name)
      throws SQLException, RefusedException {
    byte[] publicKey = key.publicKey().subjectPublicKeyInfo();
    List<byte[]> before =
        sql.list(
            "SELECT public_key FROM authserver.dkim_key WHERE domain_id = ? AND selector = ?",
            row -> row.getBytes(1),
            domainId,
            selector.name());
    if (!before.isEmpty()) {
      if (Arrays.equals(before.getFirst(), publicKey)) {
        report.present(Kind.KEY);
      } else {
        report.differs(Kind.KEY, name, List.of("key"));
      }
      return;
    }
    WrappingKeys wrapping = wrappingKeys;
    if (wrapping == null) {
      throw new RefusedException("a wrapping key is needed for the private keys");
    }
    byte[] pkcs8 = key.toPkcs8();
    try {
      KeyAdmin.insert(
          sql,
          domainId,
          domain,
          new NewKey(
              key.algorithm().keyType(),
              selector.name(),
              selector.name(),
              publicKey,
              true,
              (d, s) -> wrapping.wrap(d, s, pkcs8)),
          occasion);
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
    report.created(Kind.KEY, name);
    if (key.algorithm() == KeyAlgorithm.RSA && key.bits() < DkimPrivateKey.DEFAULT_RSA_BITS) {
      // RFC 8301 §3.2: signers SHOULD use at least 2048 bits.
      report.add(
          Reason.KEY_WEAK,
          Kind.KEY,
          name,
          "has %d bits, and some receivers ignore it; follow it with a longer one (authserver dkim rotate %s)"
              .formatted(key.bits(), domain));
    }
  }
}
