package io.authserver.smtp.daemon;

import io.authserver.smtp.address.AsciiCase;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The definition of one setting. It is required unless {@link #orElse} or {@link #optional} says
 * otherwise.
 *
 * @param <T> the type of its value
 */
public final class Setting<T> {
  /** Whether the value may stand on the command line. */
  enum FlagUse {
    ACCEPTED,
    WARNED,
    REFUSED
  }

  private final String name;
  private final SettingType<T> type;
  private final String effect;
  private final @Nullable String defaultText;
  private final boolean required;
  private final boolean confidential;
  private final FlagUse flagUse;
  private final boolean nameIsFile;
  private final @Nullable Predicate<? super T> secretInFlag;

  private Setting(Draft<T> draft) {
    this.name = draft.name;
    this.type = draft.type;
    this.effect = draft.effect;
    this.defaultText = draft.defaultText;
    this.required = draft.required;
    this.confidential = draft.confidential;
    this.flagUse = draft.flagUse;
    this.nameIsFile = draft.nameIsFile;
    this.secretInFlag = draft.secretInFlag;
  }

  /**
   * Defines a setting.
   *
   * @param name the environment variable, e.g. {@code MAILFORWARDER_INPUT_IP}
   * @param effect what it does, in one line
   */
  public static <T> Setting<T> of(String name, SettingType<T> type, String effect) {
    if (!name.matches("[A-Z][A-Z0-9_]*")) {
      throw new IllegalArgumentException("name of a setting: " + name);
    }
    return new Draft<>(name, type, effect).setting();
  }

  /**
   * Defines a secret: never shown, and not accepted on the command line, where every user of the
   * machine can read it.
   */
  public static <T> Setting<T> secret(String name, SettingType<T> type, String effect) {
    Draft<T> draft = new Draft<>(of(name, type, effect));
    draft.confidential = true;
    draft.flagUse = FlagUse.REFUSED;
    return draft.setting();
  }

  /**
   * Defines a setting whose value is the path of a file with a secret: its name ends in {@code
   * _FILE}, and where nothing names a file, a systemd credential of the same name without {@code
   * _FILE} does.
   */
  public static <T> Setting<T> secretFile(String name, SettingType<T> type, String effect) {
    if (!name.endsWith("_FILE")) {
      throw new IllegalArgumentException("name of a file's setting: " + name);
    }
    Draft<T> draft = new Draft<>(of(name, type, effect));
    draft.nameIsFile = true;
    return draft.setting();
  }

  /** Returns the setting with a default, written as an operator would write it. */
  public Setting<T> orElse(String text) {
    Draft<T> draft = new Draft<>(this);
    draft.defaultText = text;
    draft.required = false;
    return draft.setting();
  }

  /** Returns the setting as one that may be absent: read it with {@link Settings#find}. */
  public Setting<T> optional() {
    Draft<T> draft = new Draft<>(this);
    draft.required = false;
    return draft.setting();
  }

  /** Returns the secret as one that is accepted on the command line, with a warning. */
  public Setting<T> acceptedAsFlagWithWarning() {
    Draft<T> draft = new Draft<>(this);
    draft.flagUse = FlagUse.WARNED;
    return draft.setting();
  }

  /**
   * Returns the setting as one whose text is never shown, and which is refused on the command line
   * where its value holds a secret (a database URL with a password).
   */
  public Setting<T> confidential(Predicate<? super T> holdsSecret) {
    Draft<T> draft = new Draft<>(this);
    draft.confidential = true;
    draft.secretInFlag = holdsSecret;
    return draft.setting();
  }

  /** Returns the name of the environment variable. */
  public String name() {
    return name;
  }

  /** Returns what kind of value it has. */
  public SettingType<T> type() {
    return type;
  }

  /** Returns what it does, in one line. */
  public String effect() {
    return effect;
  }

  /** Returns the text of its default, or null where it has none. */
  public @Nullable String defaultText() {
    return defaultText;
  }

  /** Returns whether a value must be given. */
  public boolean required() {
    return required;
  }

  /** Returns whether its text is never shown. */
  public boolean isConfidential() {
    return confidential;
  }

  FlagUse flagUse() {
    return flagUse;
  }

  boolean nameIsFile() {
    return nameIsFile;
  }

  boolean holdsSecret(T value) {
    return secretInFlag != null && secretInFlag.test(value);
  }

  /** Returns the flag, {@code --input-ip} for {@code MAILFORWARDER_INPUT_IP}. */
  String flag(String prefix) {
    String rest = name;
    if (rest.startsWith(prefix)) {
      rest = rest.substring(prefix.length());
    } else if (rest.startsWith(SettingsTable.SHARED_PREFIX)) {
      rest = rest.substring(SettingsTable.SHARED_PREFIX.length());
    }
    return "--" + AsciiCase.lower(rest).replace('_', '-');
  }

  @Override
  public String toString() {
    return name;
  }

  /** A definition while it is put together. */
  private static final class Draft<T> {
    private final String name;
    private final SettingType<T> type;
    private final String effect;
    private @Nullable String defaultText;
    private boolean required = true;
    private boolean confidential;
    private FlagUse flagUse = FlagUse.ACCEPTED;
    private boolean nameIsFile;
    private @Nullable Predicate<? super T> secretInFlag;

    Draft(String name, SettingType<T> type, String effect) {
      this.name = name;
      this.type = type;
      this.effect = effect;
    }

    Draft(Setting<T> from) {
      this(from.name, from.type, from.effect);
      this.defaultText = from.defaultText;
      this.required = from.required;
      this.confidential = from.confidential;
      this.flagUse = from.flagUse;
      this.nameIsFile = from.nameIsFile;
      this.secretInFlag = from.secretInFlag;
    }

    Setting<T> setting() {
      return new Setting<>(this);
    }
  }
}
