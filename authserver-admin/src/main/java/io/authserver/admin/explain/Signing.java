package io.authserver.admin.explain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What dkimsigner would do with a copy.
 *
 * @param decision its word in the log: {@code sign}, {@code forwarded}, {@code foreign_author}, …;
 *     {@code local} where the copy does not come to it
 * @param domain the domain that signs, requires, refuses or does not sign, or null
 * @param required whether a message that then cannot be signed has to wait
 * @param keys those that would sign
 * @param reply what it would answer where it refuses, or null
 */
public record Signing(
    String decision,
    @Nullable String domain,
    boolean required,
    List<Key> keys,
    @Nullable String reply) {
  /** Copies the list. */
  public Signing {
    keys = List.copyOf(keys);
  }

  /**
   * A key.
   *
   * @param opens {@code yes}; {@code unknown} without a wrapping key; else why it does not
   */
  public record Key(String selector, String algorithm, String opens) {
    Map<String, @Nullable Object> fields() {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("selector", selector);
      fields.put("algorithm", algorithm);
      fields.put("opens", opens);
      return fields;
    }
  }

  /** Makes a decision without keys. */
  static Signing none(String decision) {
    return new Signing(decision, null, false, List.of(), null);
  }

  Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("decision", decision);
    fields.put("domain", domain);
    fields.put("required", required);
    fields.put("keys", keys.stream().map(Key::fields).toList());
    fields.put("reply", reply);
    return fields;
  }
}
