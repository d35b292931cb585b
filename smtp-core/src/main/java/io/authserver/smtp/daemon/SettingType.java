package io.authserver.smtp.daemon;

import java.util.function.Predicate;

/**
 * What kind of value a setting has: how its text is read, and in which words it is described.
 *
 * @param <T> the type of the value
 */
public final class SettingType<T> {
  /**
   * Reads the text of a setting.
   *
   * @param <T> the type of the value
   */
  @FunctionalInterface
  public interface Parser<T> {
    /** Returns the value, or says what is wrong without quoting the text. */
    T parse(String text) throws InvalidSettingException;
  }

  private final String description;
  private final Parser<T> parser;
  private final boolean isSwitch;

  private SettingType(String description, Parser<T> parser, boolean isSwitch) {
    this.description = description;
    this.parser = parser;
    this.isSwitch = isSwitch;
  }

  /**
   * Makes a type.
   *
   * @param description its unit or form in a few words, for the help, e.g. {@code duration (30s,
   *     5m)}
   */
  public static <T> SettingType<T> of(String description, Parser<T> parser) {
    return new SettingType<>(description, parser, false);
  }

  /** Returns the unit or form in a few words. */
  public String description() {
    return description;
  }

  /** Reads a text. */
  public T parse(String text) throws InvalidSettingException {
    return parser.parse(text);
  }

  /** Returns this type under another description. */
  public SettingType<T> described(String newDescription) {
    return new SettingType<>(newDescription, parser, isSwitch);
  }

  /**
   * Returns this type with one more condition.
   *
   * @param problem what is wrong where it does not hold, e.g. {@code must be a loopback address}
   */
  public SettingType<T> checked(Predicate<? super T> condition, String problem) {
    return new SettingType<>(
        description,
        text -> {
          T value = parser.parse(text);
          if (!condition.test(value)) {
            throw new InvalidSettingException(problem);
          }
          return value;
        },
        isSwitch);
  }

  /** Returns the type as a switch: its flag needs no value and then means {@code true}. */
  SettingType<T> asSwitch() {
    return new SettingType<>(description, parser, true);
  }

  boolean isSwitch() {
    return isSwitch;
  }
}
