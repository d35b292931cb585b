package io.authserver.db.migrate;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A file of {@code sql/}.
 *
 * @param name without the folder and {@code .sql}
 */
record SqlFile(String name, String text) {
  /** SHA-256 of the text, in hexadecimal. */
  String checksum() {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 does not work here", e);
    }
  }

  /** The number that the name begins with. */
  int number() {
    return Integer.parseInt(name.substring(0, name.indexOf('_')));
  }

  /** The bodies of its routines, as PostgreSQL keeps them: what stands between {@code $$}. */
  List<String> bodies() {
    String[] parts = text.split("\\$\\$", -1);
    List<String> bodies = new ArrayList<>();
    for (int i = 1; i < parts.length; i += 2) {
      bodies.add(parts[i]);
    }
    return bodies;
  }
}
