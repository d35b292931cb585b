package io.authserver.db.mailauth;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A password of the reference as it is stored here.
 *
 * @param hash a crypt(3) hash, a text that lets nobody in, or null for none
 * @param fault why a hash was not taken, or null
 */
record StoredPassword(@Nullable String hash, @Nullable String fault) {
  /** What Django would have before a hash of the reference's own kind. */
  private static final String PREFIX = "sha256_passlib";

  private static final int MAX_LENGTH = 1000;

  /** crypt(5): the methods that OpenSMTPD and Dovecot check with the system's crypt(3). */
  private static final Pattern CRYPT =
      Pattern.compile("\\$(1|2[abxy]|5|6|7|y|gy|md5|sha1)\\$[!-9;-~]+");

  static StoredPassword of(@Nullable String stored) {
    if (stored == null) {
      return new StoredPassword(null, null);
    }
    String hash = stored.startsWith(PREFIX) ? stored.substring(PREFIX.length()) : stored;
    if (hash.isEmpty()) {
      return new StoredPassword(null, null);
    }
    if (hash.length() <= MAX_LENGTH) {
      // What begins with ! or * lets nobody in: Django marks an unusable password so.
      if (hash.startsWith("!") || hash.startsWith("*") || CRYPT.matcher(hash).matches()) {
        return new StoredPassword(hash, null);
      }
    }
    return new StoredPassword(
        null, "the password's hash is none that crypt(3) knows, so a new one has to be set");
  }

  /** Whether it lets anybody in. */
  boolean isUsable() {
    return hash != null && hash.startsWith("$");
  }

  @Override
  public String toString() {
    return "StoredPassword[***]";
  }
}
