package io.authserver.smtp.daemon;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.server.Network;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The kinds of values that settings have. None of them clamps or repairs a value. */
public final class SettingTypes {
  private static final Pattern QUANTITY = Pattern.compile("([0-9]{1,15})\\s*([A-Za-z]*)");
  private static final Map<String, Duration> DURATION_UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));
  private static final Map<String, Long> SIZE_UNITS =
      Map.of("", 1L, "b", 1L, "kib", 1L << 10, "mib", 1L << 20, "gib", 1L << 30);

  private SettingTypes() {}

  /** Text of at least one character, none of them a control character. */
  public static SettingType<String> text() {
    return SettingType.of(
        "text",
        text -> {
          if (text.isBlank()) {
            throw new InvalidSettingException("must not be empty");
          }
          if (text.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidSettingException("must not contain control characters");
          }
          return text;
        });
  }

  /** A host name or an IP address, IPv6 with or without brackets; kept without them. */
  public static SettingType<String> host() {
    return SettingType.of("host name or IP address", HostPort::parseHost);
  }

  /** A port from 1 to 65535. */
  public static SettingType<Integer> port() {
    return number("port", "must be a port from 1 to 65535", 1, 65535);
  }

  /** A port from 0 to 65535, where 0 lets the system choose a free one. */
  public static SettingType<Integer> listenPort() {
    return number("port, 0 for any free one", "must be a port from 0 to 65535", 0, 65535);
  }

  /** {@code host:port}, IPv6 as {@code [::1]:25}; the port from 0 to 65535. */
  public static SettingType<HostPort> hostPort() {
    return SettingType.of("host:port", HostPort::parse);
  }

  /** A whole number within a range, both ends included. */
  public static SettingType<Integer> integer(int min, int max) {
    return number("number", "must be a whole number from " + min + " to " + max, min, max);
  }

  private static SettingType<Integer> number(String description, String problem, int min, int max) {
    return SettingType.of(
        description,
        text -> {
          if (!text.matches("-?[0-9]{1,10}")) {
            throw new InvalidSettingException(problem);
          }
          long value = Long.parseLong(text);
          if (value < min || value > max) {
            throw new InvalidSettingException(problem);
          }
          return (int) value;
        });
  }

  /** A duration such as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 7d}. */
  public static SettingType<Duration> duration(Duration min, Duration max) {
    String problem =
        "must be a duration from "
            + print(min)
            + " to "
            + print(max)
            + " with its unit (ms, s, m, h, d)";
    return SettingType.of(
        "duration (500ms, 30s, 5m, 2h, 7d)",
        text -> {
          Matcher quantity = QUANTITY.matcher(text);
          Duration unit = quantity.matches() ? DURATION_UNITS.get(quantity.group(2)) : null;
          if (unit == null) {
            throw new InvalidSettingException(problem);
          }
          Duration value;
          try {
            value = unit.multipliedBy(Long.parseLong(quantity.group(1)));
          } catch (ArithmeticException e) {
            throw new InvalidSettingException(problem);
          }
          if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new InvalidSettingException(problem);
          }
          return value;
        });
  }

  /** Returns a duration as the settings write it. */
  public static String print(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds != 0 && seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds != 0 && seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds != 0 && seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  /** A size in bytes, such as {@code 4096}, {@code 64KiB}, {@code 64MiB}, {@code 1GiB}. */
  public static SettingType<Long> byteSize(long min, long max) {
    String problem =
        "must be a size from " + min + " to " + max + " bytes, with or without B, KiB, MiB or GiB";
    return SettingType.of(
        "bytes (4096, 64KiB, 64MiB, 1GiB)",
        text -> {
          Matcher quantity = QUANTITY.matcher(text);
          Long unit =
              quantity.matches() ? SIZE_UNITS.get(AsciiCase.lower(quantity.group(2))) : null;
          if (unit == null) {
            throw new InvalidSettingException(problem);
          }
          long number = Long.parseLong(quantity.group(1));
          if (number > Long.MAX_VALUE / unit || number * unit < min || number * unit > max) {
            throw new InvalidSettingException(problem);
          }
          return number * unit;
        });
  }

  /** {@code true} or {@code false}; {@code yes}, {@code no}, {@code on}, {@code off}, 1, 0. */
  public static SettingType<Boolean> bool() {
    SettingType<Boolean> type =
        SettingType.of(
            "true or false",
            text ->
                switch (AsciiCase.lower(text)) {
                  case "true", "yes", "on", "1" -> true;
                  case "false", "no", "off", "0" -> false;
                  default -> throw new InvalidSettingException("must be true or false");
                });
    return type.asSwitch();
  }

  /** The path of a file or folder, which need not exist. */
  public static SettingType<Path> path() {
    return SettingType.of(
        "path",
        text -> {
          if (text.isBlank()) {
            throw new InvalidSettingException("must not be empty");
          }
          try {
            return Path.of(text);
          } catch (InvalidPathException e) {
            throw new InvalidSettingException("must be a path");
          }
        });
  }

  /** One of an enum's constants, written in lower case with dashes. */
  public static <E extends Enum<E>> SettingType<E> oneOf(Class<E> type) {
    Function<E, String> word = e -> AsciiCase.lower(e.name()).replace('_', '-');
    E[] constants = type.getEnumConstants();
    String words = Arrays.stream(constants).map(word).collect(Collectors.joining(", "));
    return SettingType.of(
        "one of " + words,
        text -> {
          for (E constant : constants) {
            if (AsciiCase.equal(word.apply(constant), text)) {
              return constant;
            }
          }
          throw new InvalidSettingException("must be one of " + words);
        });
  }

  /** Several values of a type, separated by commas or white space; at least one. */
  public static <T> SettingType<List<T>> list(SettingType<T> item) {
    return items(item, "[,\\s]+", "list of ", " separated by commas or white space");
  }

  /** Several values of a type, one a line; empty lines do not count; at least one. */
  public static <T> SettingType<List<T>> lines(SettingType<T> item) {
    return items(item, "\\R", "", ", one a line");
  }

  private static <T> SettingType<List<T>> items(
      SettingType<T> item, String separator, String before, String after) {
    return SettingType.of(
        before + item.description() + after,
        text -> {
          List<T> values = new ArrayList<>();
          List<String> problems = new ArrayList<>();
          int number = 0;
          for (String part : text.split(separator, -1)) {
            if (part.isBlank()) {
              continue;
            }
            number++;
            try {
              values.add(item.parse(part.strip()));
            } catch (InvalidSettingException e) {
              for (String problem : e.problems()) {
                problems.add("item " + number + " " + problem);
              }
            }
          }
          if (number == 0) {
            problems.add("must not be empty");
          }
          if (!problems.isEmpty()) {
            throw new InvalidSettingException(problems);
          }
          return List.copyOf(values);
        });
  }

  /** An IP address, or a network of such as {@code 10.0.0.0/8} and {@code 2001:db8::/32}. */
  public static SettingType<Network> network() {
    return SettingType.of(
        "IP address or network",
        text -> {
          try {
            return Network.parse(text);
          } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(
                "must be an IP address, or a network like 10.0.0.0/8 whose other bits are 0");
          }
        });
  }

  /** A secret of at least one character. */
  public static SettingType<Secret> secret() {
    return SettingType.of(
        "secret",
        text -> {
          if (text.isBlank()) {
            throw new InvalidSettingException("must not be empty");
          }
          return new Secret(text);
        });
  }
}
