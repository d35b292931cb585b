package io.authserver.db.signing;

/**
 * A DKIM key as the database has it.
 *
 * @param selector s= (RFC 6376 §3.1)
 * @param algorithm {@code rsa} or {@code ed25519}: k= of the key's record
 * @param wrappedPrivateKey what {@link WrappingKeys#unwrap} opens; not changed by anybody
 */
public record StoredKey(long id, String selector, String algorithm, byte[] wrappedPrivateKey) {
  @Override
  public String toString() {
    return "StoredKey[id=" + id + ", selector=" + selector + ", algorithm=" + algorithm + "]";
  }
}
