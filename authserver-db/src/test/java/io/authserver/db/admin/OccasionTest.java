package io.authserver.db.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OccasionTest {
  /**
   * Symptom: the history of keys named somebody whose name another person's begins with. Cause: a
   * long name was cut without a mark.
   */
  @Test
  void aLongNameSaysThatItWasShortened() {
    assertEquals("x".repeat(63), person("x".repeat(63)));
    assertEquals("x".repeat(60) + "...", person("x".repeat(64)));
    assertEquals("x".repeat(63), person("x".repeat(63) + "\n\u0000"));
    String wide = person("\ud83d\ude00".repeat(64));
    assertEquals("\ud83d\ude00".repeat(60) + "...", wide);
    assertTrue(wide.getBytes(StandardCharsets.UTF_8).length <= 255);
    assertEquals("unknown", person("\u0007"));
  }

  private static String person(String name) {
    return new Occasion(Instant.EPOCH, name).person();
  }
}
