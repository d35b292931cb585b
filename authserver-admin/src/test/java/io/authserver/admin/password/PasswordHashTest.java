package io.authserver.admin.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.junit.jupiter.api.Test;

class PasswordHashTest {
  @Test
  void itIsSha256CryptWithItsOwnSaltAndRounds() {
    PasswordHash hash = new PasswordHash(new SecureRandom());
    byte[] password = "pässwörd".getBytes(UTF_8);

    String stored = hash.of(password);

    assertTrue(
        stored.matches("\\$5\\$rounds=200000\\$[./0-9A-Za-z]{16}\\$[./0-9A-Za-z]{43}"), stored);
    assertEquals(stored, Sha2Crypt.sha256Crypt("pässwörd".getBytes(UTF_8), stored));
    assertNotEquals(stored, Sha2Crypt.sha256Crypt("passwort".getBytes(UTF_8), stored));
    assertArrayEquals(new byte[10], password);
    assertNotEquals(stored, hash.of("pässwörd".getBytes(UTF_8)));
  }
}
