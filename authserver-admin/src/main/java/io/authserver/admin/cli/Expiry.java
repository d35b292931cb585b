package io.authserver.admin.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How long a signature is valid (RFC 6376 §3.5, x=): {@code none}, or a number of {@code s}, {@code
 * m}, {@code h} or {@code d}.
 *
 * @param duration the time, or nothing for a signature without an end
 */
public record Expiry(Optional<Duration> duration) {
  private static final Pattern SYNTAX = Pattern.compile("([0-9]{1,9})([smhd])");
  private static final Duration LONGEST = Duration.ofDays(366);
  private static final Duration SHORTEST = Duration.ofHours(1);

  /** The design's default. */
  public static final Expiry DEFAULT = new Expiry(Optional.of(Duration.ofDays(7)));

  /** Reads an expiry for picocli. */
  public static final class Converter implements ITypeConverter<Expiry> {
    /** Made by picocli. */
    public Converter() {}

    @Override
    public Expiry convert(String text) {
      return parse(text);
    }
  }

  static Expiry parse(String text) {
    if (text.equals("none")) {
      return new Expiry(Optional.empty());
    }
    Matcher matcher = SYNTAX.matcher(text);
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is neither none nor a time such as 7d or 36h");
    }
    long number = Long.parseLong(matcher.group(1));
    Duration duration =
        switch (matcher.group(2)) {
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> Duration.ofDays(number);
        };
    if (duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
      throw new TypeConversionException("'" + text + "' is not between 1h and 366d");
    }
    return new Expiry(Optional.of(duration));
  }
}
