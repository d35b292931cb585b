package io.authserver.dkim.verify;

import io.authserver.dkim.key.DkimKeyException;
import io.authserver.dkim.key.DkimPublicKey;
import io.authserver.dkim.key.KeyAlgorithm;
import io.authserver.smtp.address.AsciiCase;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key record (RFC 6376 §3.6.1, RFC 8463 §4).
 *
 * @param keyType {@code k=} in lower case
 * @param key the key; null where it is revoked or of a type unknown here
 * @param revoked whether {@code p=} is empty
 * @param hashAlgorithms {@code h=}; empty for any
 * @param services {@code s=}
 * @param testing whether the domain tests ({@code t=y})
 * @param strictDomain whether {@code i=} and {@code d=} must have the same domain ({@code t=s})
 */
public record KeyRecord(
    String keyType,
    @Nullable DkimPublicKey key,
    boolean revoked,
    List<String> hashAlgorithms,
    List<String> services,
    boolean testing,
    boolean strictDomain) {

  /**
   * Reads a record.
   *
   * @param text the strings of the TXT record, joined
   * @throws DkimKeyException when it is no key record or its key cannot be read
   */
  public static KeyRecord parse(String text) throws DkimKeyException {
    TagList tags;
    try {
      tags = TagList.parse(text);
    } catch (TagList.MalformedTagList e) {
      throw new DkimKeyException("not a key record: " + e.getMessage());
    }
    String version = tags.get("v");
    // RFC 6376 §3.6.1: where v= is given it comes first and is DKIM1.
    if (version != null && (!version.equals("DKIM1") || !"v".equals(tags.firstName()))) {
      throw new DkimKeyException("not a key record: v= is not DKIM1 or not first");
    }
    String published = tags.get("p");
    if (published == null) {
      throw new DkimKeyException("not a key record: no p=");
    }
    String keyType = AsciiCase.lower(tags.get("k", "rsa"));
    published = TagList.withoutWhiteSpace(published);
    boolean revoked = published.isEmpty();
    Optional<KeyAlgorithm> algorithm = KeyAlgorithm.ofKeyType(keyType);
    DkimPublicKey key =
        revoked || algorithm.isEmpty()
            ? null
            : DkimPublicKey.ofPublished(algorithm.get(), decode(published));
    List<String> flags = TagList.colonSeparated(tags.get("t", ""));
    String hashes = tags.get("h");
    return new KeyRecord(
        keyType,
        key,
        revoked,
        hashes == null ? List.of() : TagList.colonSeparated(hashes),
        TagList.colonSeparated(tags.get("s", "*")),
        flags.contains("y"),
        flags.contains("s"));
  }

  private static byte[] decode(String base64) throws DkimKeyException {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new DkimKeyException("not a key record: p= is not base64", e);
    }
  }

  /** Returns whether mail may be signed with it. */
  boolean isForEmail() {
    return services.contains("*") || services.contains("email");
  }

  /** Returns whether SHA-256 may be used with it. */
  boolean allowsSha256() {
    return hashAlgorithms.isEmpty() || hashAlgorithms.contains("sha256");
  }
}
