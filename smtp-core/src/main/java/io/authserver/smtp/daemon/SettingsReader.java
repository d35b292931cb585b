package io.authserver.smtp.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings of a program: flag, then environment variable (a folder given with {@code
 * --env-dir} over the process's own), then the file named by NAME_FILE, then the systemd credential
 * NAME, then the default. Every problem is collected; none ends the reading. Used once, by one
 * thread.
 */
final class SettingsReader {
  private static final int SHOWN = 80;

  private final SettingsTable table;
  private Map<String, String> environment;

  private final Map<String, String> flags = new HashMap<>();
  private final Map<String, Object> values = new HashMap<>();
  private final Map<String, String> origins = new HashMap<>();
  private final Set<String> broken = new HashSet<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private Settings.Action action = Settings.Action.RUN;
  private boolean strict;
  private @Nullable String envDirectory;

  /** A text and where it was found. */
  private record Found(String text, String origin, boolean isFlag) {}

  SettingsReader(SettingsTable table, Map<String, String> environment) {
    this.table = table;
    this.environment = environment;
  }

  /** Reads all settings. */
  Settings read(List<String> arguments) {
    readArguments(arguments);
    if (strict && action == Settings.Action.RUN) {
      problems.add("--strict: needs --check-config");
    }
    if (envDirectory != null) {
      try {
        environment = EnvDirectory.over(environment, Path.of(envDirectory), problems);
      } catch (InvalidPathException e) {
        problems.add("--env-dir: must be a path");
      }
    }
    for (Setting<?> setting : table.settings()) {
      readSetting(setting);
    }
    warnOfUnknownVariables();
    return new Settings(action, strict, values, origins, broken, problems, warnings);
  }

  private void readArguments(List<String> arguments) {
    int i = 0;
    while (i < arguments.size()) {
      String argument = arguments.get(i++);
      if (!argument.startsWith("--") || argument.length() == 2) {
        problems.add("unexpected argument number " + i + ": flags begin with --");
        continue;
      }
      int equals = argument.indexOf('=');
      String flag = equals < 0 ? argument : argument.substring(0, equals);
      String value = equals < 0 ? null : argument.substring(equals + 1);
      if (isAction(flag, value)) {
        continue;
      }
      Setting<?> setting = table.byFlag(flag);
      if (value == null) {
        if (setting != null && setting.type().isSwitch()) {
          value = "true";
        } else if (i < arguments.size() && !arguments.get(i).startsWith("--")) {
          value = arguments.get(i++);
        }
      }
      takeFlag(flag, setting, value);
    }
  }

  private boolean isAction(String flag, @Nullable String value) {
    Settings.Action asked =
        switch (flag) {
          case "--check-config" -> Settings.Action.CHECK_CONFIG;
          case "--help" -> Settings.Action.HELP;
          case "--settings" -> Settings.Action.SETTINGS;
          default -> null;
        };
    boolean isStrict = flag.equals("--strict");
    if (asked == null && !isStrict) {
      return false;
    }
    if (value != null) {
      problems.add(flag + ": takes no value");
    }
    strict |= isStrict;
    if (asked != null && asked.compareTo(action) > 0) {
      action = asked;
    }
    return true;
  }

  private void takeFlag(String flag, @Nullable Setting<?> setting, @Nullable String value) {
    boolean isEnvDirectory = flag.equals("--env-dir");
    if (setting == null && !isEnvDirectory) {
      problems.add("unknown flag " + shown(flag));
    } else if (value == null) {
      problems.add(flag + ": a value must follow");
      markBroken(setting);
    } else if (isEnvDirectory) {
      if (envDirectory != null) {
        problems.add(flag + ": given more than once");
      }
      envDirectory = value;
    } else if (setting != null) {
      if (setting.flagUse() == Setting.FlagUse.REFUSED) {
        problems.add(
            flag
                + ": a secret is not accepted on the command line, use "
                + setting.name()
                + "_FILE or a systemd credential");
        broken.add(setting.name());
      } else if (flags.put(setting.name(), value) != null) {
        problems.add(flag + ": given more than once");
        broken.add(setting.name());
      }
    }
  }

  private void markBroken(@Nullable Setting<?> setting) {
    if (setting != null) {
      broken.add(setting.name());
    }
  }

  private <T> void readSetting(Setting<T> setting) {
    Found found = find(setting);
    if (broken.contains(setting.name())) {
      return;
    }
    if (found == null) {
      if (setting.required()) {
        problems.add(setting.name() + ": must be set: " + setting.effect());
        broken.add(setting.name());
      }
      return;
    }
    try {
      T value = setting.type().parse(found.text());
      if (found.isFlag() && setting.holdsSecret(value)) {
        problems.add(
            setting.name() + ": holds a secret, which is not accepted on the command line");
        broken.add(setting.name());
        return;
      }
      values.put(setting.name(), value);
      origins.put(setting.name(), found.origin());
    } catch (InvalidSettingException e) {
      broken.add(setting.name());
      for (String problem : e.problems()) {
        String quoted = setting.isConfidential() ? "" : ", not \"" + shown(found.text()) + "\"";
        problems.add(setting.name() + ": " + problem + quoted + " (" + found.origin() + ")");
      }
    }
  }

  private @Nullable Found find(Setting<?> setting) {
    String name = setting.name();
    String variable = fromEnvironment(name);
    String fileVariable = setting.nameIsFile() ? null : fromEnvironment(name + "_FILE");
    if (variable != null && fileVariable != null) {
      problems.add(name + ": set together with " + name + "_FILE, which of them is meant?");
      broken.add(name);
      return null;
    }
    String flagged = flags.get(name);
    if (flagged != null) {
      String flag = table.flag(setting);
      if (setting.flagUse() == Setting.FlagUse.WARNED) {
        warnings.add(
            flag
                + ": every user of this machine can read a secret on the command line, use "
                + name
                + "_FILE or a systemd credential");
      }
      return new Found(flagged, "flag " + flag, true);
    }
    if (variable != null) {
      return new Found(variable, "environment", false);
    }
    if (fileVariable != null) {
      try {
        return fromFile(name, Path.of(fileVariable), name + "_FILE");
      } catch (InvalidPathException e) {
        problems.add(name + "_FILE: must be a path");
        broken.add(name);
        return null;
      }
    }
    Found credential = fromCredential(setting);
    if (credential != null || broken.contains(name)) {
      return credential;
    }
    String text = setting.defaultText();
    return text == null ? null : new Found(text, "default", false);
  }

  /** An empty variable counts as one that is not set. */
  private @Nullable String fromEnvironment(String name) {
    String value = environment.get(name);
    return value == null || value.isEmpty() ? null : value;
  }

  private @Nullable Found fromCredential(Setting<?> setting) {
    String directory = fromEnvironment("CREDENTIALS_DIRECTORY");
    if (directory == null) {
      return null;
    }
    String name = setting.name();
    String credential =
        setting.nameIsFile() ? name.substring(0, name.length() - "_FILE".length()) : name;
    Path file = Path.of(directory, credential);
    if (!Files.exists(file)) {
      return null;
    }
    return setting.nameIsFile()
        ? new Found(file.toString(), "credential " + credential, false)
        : fromFile(name, file, "credential " + credential);
  }

  private @Nullable Found fromFile(String name, Path file, String origin) {
    try {
      return new Found(EnvDirectory.read(file).stripTrailing(), origin, false);
    } catch (IOException e) {
      problems.add(name + ": " + EnvDirectory.describe(file, e) + " (" + origin + ")");
      broken.add(name);
      return null;
    }
  }

  /** A name that begins with ours and that nobody reads is most likely misspelt. */
  private void warnOfUnknownVariables() {
    for (String name : new TreeSet<>(environment.keySet())) {
      String plain = name.endsWith("_FILE") ? name.substring(0, name.length() - 5) : name;
      if (name.startsWith(table.prefix())
          && table.byName(name) == null
          && table.byName(plain) == null) {
        warnings.add(shown(name) + ": no setting of " + table.program() + " has this name");
      }
    }
  }

  private static String shown(String text) {
    String cut = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    return ControlCharacters.escape(cut);
  }
}
