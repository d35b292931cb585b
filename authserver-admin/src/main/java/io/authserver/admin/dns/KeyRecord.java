package io.authserver.admin.dns;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The TXT record of a DKIM key (RFC 6376 §3.6.2).
 *
 * @param name the owner name, without a final dot
 * @param ttl seconds
 * @param value the record's text, unsplit
 */
public record KeyRecord(String name, int ttl, String value) {
  /** A day would make a wrong record expensive; an hour is what most zones have. */
  public static final int DEFAULT_TTL = 3600;

  // RFC 1035 §3.3: a character-string has at most 255 octets.
  private static final int MAX_STRING_OCTETS = 255;

  /** Makes the record of a domain's selector. */
  public static KeyRecord of(String selector, String domain, String value) {
    // RFC 6376 §3.6.2.1.
    return new KeyRecord(selector + "._domainkey." + domain, DEFAULT_TTL, value);
  }

  /** Returns the record with another TTL. */
  public KeyRecord withTtl(int seconds) {
    return new KeyRecord(name, seconds, value);
  }

  /** Returns the record as fields of a JSON object. */
  public Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("name", name);
    fields.put("ttl", ttl);
    fields.put("type", "TXT");
    fields.put("value", value);
    return fields;
  }

  /** Returns the record as one line of a zone file (RFC 1035 §5.1), the owner name absolute. */
  public String zoneLine() {
    StringBuilder line = new StringBuilder(name).append(". ").append(ttl).append(" IN TXT");
    for (String part : split(value)) {
      line.append(" \"").append(part.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
    }
    return line.toString();
  }

  private static List<String> split(String value) {
    if (!StandardCharsets.US_ASCII.newEncoder().canEncode(value)) {
      throw new IllegalArgumentException("a key record is ASCII");
    }
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < value.length(); i += MAX_STRING_OCTETS) {
      parts.add(value.substring(i, Math.min(value.length(), i + MAX_STRING_OCTETS)));
    }
    return parts;
  }
}
