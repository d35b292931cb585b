package io.authserver.smtp.daemon;

import io.authserver.smtp.address.AsciiCase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All settings of a program: what it reads, and what its help and its documentation print. */
public final class SettingsTable {
  /** What names of settings begin with that both daemons and the command line know. */
  static final String SHARED_PREFIX = "AUTHSERVER_";

  private final String program;
  private final Map<String, Setting<?>> byFlag = new LinkedHashMap<>();
  private final Map<String, Setting<?>> byName = new LinkedHashMap<>();

  private SettingsTable(String program, List<Setting<?>> settings) {
    this.program = program;
    for (Setting<?> setting : settings) {
      String flag = setting.flag(prefix());
      if (byName.put(setting.name(), setting) != null || byFlag.put(flag, setting) != null) {
        throw new IllegalArgumentException("defined twice: " + setting.name() + ", " + flag);
      }
    }
  }

  /**
   * Puts definitions together, in the order in which they are documented.
   *
   * @param program the program's name; its upper case and {@code _} is the prefix that flags lose
   */
  public static SettingsTable of(String program, List<Setting<?>> settings) {
    return new SettingsTable(program, settings);
  }

  /** Returns the program's name. */
  public String program() {
    return program;
  }

  /** Returns the definitions in their order. */
  public List<Setting<?>> settings() {
    return List.copyOf(byName.values());
  }

  /** Returns a table with these definitions after the ones of this. */
  public SettingsTable with(List<Setting<?>> more) {
    List<Setting<?>> all = new ArrayList<>(settings());
    all.addAll(more);
    return new SettingsTable(program, all);
  }

  /** Returns what the program's own settings begin with, e.g. {@code DKIMSIGNER_}. */
  String prefix() {
    return AsciiCase.upper(program).replace('-', '_') + "_";
  }

  @Nullable Setting<?> byFlag(String flag) {
    return byFlag.get(flag);
  }

  @Nullable Setting<?> byName(String name) {
    return byName.get(name);
  }

  String flag(Setting<?> setting) {
    return setting.flag(prefix());
  }

  /** Returns the help: how it is called, and each setting with flag, form, default and effect. */
  public String help() {
    StringBuilder help = new StringBuilder();
    help.append("usage: ")
        .append(program)
        .append(" [--env-dir DIR] [--check-config [--strict]] [FLAG]...\n\n");
    help.append(
        """
          --env-dir DIR    read variables from the files of a folder, one a file
          --check-config   report every problem of the configuration and end
          --strict         with --check-config: what is only warned of is a problem too
          --help           print this and end
          --settings       print the settings as a table for documentation and end

        A setting is taken from its flag, else its environment variable, else the file
        that NAME_FILE names, else the systemd credential NAME, else its default.

        """);
    for (Setting<?> setting : byName.values()) {
      help.append("  ").append(setting.name());
      if (setting.flagUse() != Setting.FlagUse.REFUSED) {
        help.append(", ").append(flag(setting));
      }
      help.append("\n      ").append(setting.effect()).append("\n      ");
      help.append(setting.type().description()).append("; ").append(defaultWords(setting));
      help.append('\n');
    }
    return help.toString();
  }

  /** Returns the settings as a table in Markdown. */
  public String markdown() {
    StringBuilder table = new StringBuilder();
    table.append("| Setting | Flag | Form | Default | Effect |\n|---|---|---|---|---|\n");
    for (Setting<?> setting : byName.values()) {
      String flag =
          setting.flagUse() == Setting.FlagUse.REFUSED ? "none" : "`" + flag(setting) + "`";
      table.append("| `").append(setting.name()).append("` | ").append(flag).append(" | ");
      table.append(cell(setting.type().description())).append(" | ");
      String text = setting.defaultText();
      table.append(text == null ? defaultWords(setting) : "`" + cell(text) + "`");
      table.append(" | ").append(cell(setting.effect())).append(" |\n");
    }
    return table.toString();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private static String defaultWords(Setting<?> setting) {
    if (setting.required()) {
      return "required";
    }
    return setting.defaultText() == null ? "not set" : "default " + setting.defaultText();
  }
}
