package io.authserver.smtp.daemon;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The settings of a program as they were read, with every problem that was found. Immutable. */
public final class Settings {
  /** What the command line asks for. */
  public enum Action {
    RUN,
    CHECK_CONFIG,
    HELP,
    SETTINGS
  }

  private final Action action;
  private final boolean strict;
  private final Map<String, Object> values;
  private final Map<String, String> origins;
  private final Set<String> broken;
  private final List<String> problems;
  private final List<String> warnings;

  Settings(
      Action action,
      boolean strict,
      Map<String, Object> values,
      Map<String, String> origins,
      Set<String> broken,
      List<String> problems,
      List<String> warnings) {
    this.action = action;
    this.strict = strict;
    this.values = Map.copyOf(values);
    this.origins = Map.copyOf(origins);
    this.broken = Set.copyOf(broken);
    this.problems = List.copyOf(problems);
    this.warnings = List.copyOf(warnings);
  }

  /** Reads the settings of a program; the same as {@link SettingsReader#read}. */
  public static Settings read(
      SettingsTable table, List<String> arguments, Map<String, String> environment) {
    return new SettingsReader(table, environment).read(arguments);
  }

  /**
   * Returns the value of a setting that is required or has a default.
   *
   * @throws UnusableSettingException where the setting has a problem, which is among {@link
   *     #problems()}
   */
  public <T> T get(Setting<T> setting) {
    return find(setting)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "no value, and neither required nor with a default: " + setting.name()));
  }

  /**
   * Returns the value of a setting, or nothing where it is optional and absent.
   *
   * @throws UnusableSettingException where the setting has a problem, which is among {@link
   *     #problems()}
   */
  public <T> Optional<T> find(Setting<T> setting) {
    if (broken.contains(setting.name())) {
      throw new UnusableSettingException(setting.name());
    }
    @SuppressWarnings("unchecked") // only the setting's own type has put a value under its name
    T value = (T) values.get(setting.name());
    return Optional.ofNullable(value);
  }

  /** Returns whether the setting can be read: it is absent or has a valid value. */
  public boolean isUsable(Setting<?> setting) {
    return !broken.contains(setting.name());
  }

  /** Returns where the value is from, e.g. {@code flag --input-port}, or {@code default}. */
  public String origin(Setting<?> setting) {
    return origins.getOrDefault(setting.name(), "not set");
  }

  /** Returns what the command line asks for. */
  public Action action() {
    return action;
  }

  /** Returns whether warnings count as problems when the configuration is checked. */
  public boolean isStrict() {
    return strict;
  }

  /** Returns every problem, one line each, without secrets; empty where all is well. */
  public List<String> problems() {
    return problems;
  }

  /** Returns what an operator should change but need not, one line each, without secrets. */
  public List<String> warnings() {
    return warnings;
  }

  /** Thrown on reading a setting whose problem is already reported. */
  public static final class UnusableSettingException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    UnusableSettingException(String name) {
      super("setting with a problem: " + name);
    }
  }
}
