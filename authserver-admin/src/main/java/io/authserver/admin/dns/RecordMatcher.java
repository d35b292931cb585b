package io.authserver.admin.dns;

import io.authserver.dkim.key.DkimKeyException;
import io.authserver.dkim.key.DkimPublicKey;
import io.authserver.dkim.key.KeyAlgorithm;
import io.authserver.smtp.address.AsciiCase;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares the TXT records found at a selector's name with the record that should be there. */
final class RecordMatcher {
  private RecordMatcher() {}

  /**
   * Compares.
   *
   * @param expected the text of our record
   * @param found the texts of all TXT records found, each unsplit
   */
  static Publication compare(String expected, List<String> found) {
    if (found.isEmpty()) {
      return new Publication.Missing();
    }
    // RFC 6376 §3.6.2.2: with more than one record the result is undefined.
    if (found.size() > 1) {
      return new Publication.Different("is one of " + found.size() + " at that name; keep one");
    }
    Map<String, String> wanted = tags(expected);
    Map<String, String> published = tags(found.get(0));
    if (wanted == null || published == null) {
      return new Publication.Different("is not a list of tags");
    }
    // RFC 6376 §3.6.1: v= is optional, but must come first and be DKIM1 where it is given.
    if (published.containsKey("v") && !published.keySet().iterator().next().equals("v")) {
      return new Publication.Different("has v= at another place than the first");
    }
    if (!published.getOrDefault("v", "DKIM1").equals("DKIM1")) {
      return new Publication.Different("is of another version");
    }
    if (!published.containsKey("p")) {
      return new Publication.Different("has no p=");
    }
    if (key(published).isEmpty()) {
      return new Publication.Revoked();
    }
    String type = wanted.getOrDefault("k", "rsa");
    if (!AsciiCase.equal(published.getOrDefault("k", "rsa"), type)) {
      return new Publication.Different("is of another key type");
    }
    if (!isSameKey(type, key(published), key(wanted))) {
      return new Publication.Different("holds another public key");
    }
    if (!lists(published, "h", "sha256")) {
      return new Publication.Different("does not allow sha256");
    }
    if (!lists(published, "s", "email") && !lists(published, "s", "*")) {
      return new Publication.Different("is not for mail");
    }
    return new Publication.Published();
  }

  /** Returns whether one of the records asks receivers to treat the mail as unsigned. */
  static boolean isTesting(List<String> found) {
    for (String text : found) {
      Map<String, String> published = tags(text);
      // RFC 6376 §3.6.1: y for a domain that tests DKIM.
      if (published != null && published.containsKey("t") && lists(published, "t", "y")) {
        return true;
      }
    }
    return false;
  }

  /** Compares keys, not their text: a bare RSAPublicKey is the key that its long form holds. */
  private static boolean isSameKey(String type, String published, String wanted) {
    if (published.equals(wanted)) {
      return true;
    }
    Optional<KeyAlgorithm> algorithm = KeyAlgorithm.ofKeyType(type);
    if (algorithm.isEmpty()) {
      return false;
    }
    try {
      return DkimPublicKey.ofPublished(algorithm.get(), Base64.getDecoder().decode(published))
          .equals(DkimPublicKey.ofPublished(algorithm.get(), Base64.getDecoder().decode(wanted)));
    } catch (DkimKeyException | IllegalArgumentException _) {
      // Not a key at all, or not base64.
      return false;
    }
  }

  private static String key(Map<String, String> tags) {
    // RFC 6376 §3.2: white space within a base64 string is ignored.
    return tags.getOrDefault("p", "").replaceAll("[ \t\r\n]", "");
  }

  private static boolean lists(Map<String, String> tags, String tag, String wanted) {
    String value = tags.get(tag);
    if (value == null) {
      return true;
    }
    for (String element : value.split(":", -1)) {
      if (AsciiCase.equal(element.strip(), wanted)) {
        return true;
      }
    }
    return false;
  }

  /** Reads a tag-list (RFC 6376 §3.2), or returns null where it is none. */
  private static @Nullable Map<String, String> tags(String text) {
    Map<String, String> tags = new LinkedHashMap<>();
    String[] parts = text.split(";", -1);
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].isBlank() && i == parts.length - 1) {
        break;
      }
      int equals = parts[i].indexOf('=');
      if (equals < 0) {
        return null;
      }
      String name = parts[i].substring(0, equals).strip();
      if (tags.put(name, parts[i].substring(equals + 1).strip()) != null) {
        // RFC 6376 §3.2: a duplicate tag makes the whole list invalid.
        return null;
      }
    }
    return tags;
  }
}
