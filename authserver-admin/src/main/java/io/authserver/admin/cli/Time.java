package io.authserver.admin.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a point in time: {@code 2026-03-04T05:06:07Z}, a date (its first second in UTC), or seconds
 * since 1970.
 */
public final class Time implements ITypeConverter<Instant> {
  private static final long LARGEST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

  /** Made by picocli. */
  public Time() {}

  @Override
  public Instant convert(String text) {
    try {
      if (text.matches("[0-9]{1,12}")) {
        long seconds = Long.parseLong(text);
        if (seconds <= LARGEST) {
          return Instant.ofEpochSecond(seconds);
        }
      } else if (text.length() == "2026-03-04".length()) {
        return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
      } else {
        return Instant.parse(text);
      }
    } catch (DateTimeException e) {
      // Said below, as for every other text.
    }
    throw new TypeConversionException(
        "'" + text + "' is not a time such as 2026-03-04T05:06:07Z, 2026-03-04 or 1772600767");
  }
}
