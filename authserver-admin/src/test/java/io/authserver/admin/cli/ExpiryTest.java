package io.authserver.admin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ExpiryTest {
  @ParameterizedTest
  @CsvSource({"7d, P7D", "36h, PT36H", "90m, PT90M", "3600s, PT1H", "366d, P366D"})
  void aTimeHasAUnit(String text, Duration expected) {
    assertEquals(new Expiry(Optional.of(expected)), Expiry.parse(text));
  }

  @Test
  void noneIsNoExpiry() {
    assertEquals(new Expiry(Optional.empty()), Expiry.parse("none"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "d", "-7d", "7 d", "7w", "59m", "367d", "9999999999d", "NONE"})
  void anythingElseIsRefused(String text) {
    assertThrows(TypeConversionException.class, () -> Expiry.parse(text));
  }
}
