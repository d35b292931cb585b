package io.authserver.db.pool;

import io.authserver.smtp.daemon.InvalidSettingException;
import io.authserver.smtp.daemon.Setting;
import io.authserver.smtp.daemon.SettingType;

/** The setting by which every program finds the auth database. */
public final class DatabaseSettings {
  private DatabaseSettings() {}

  /** Defines {@code DATABASE_URL}: required, its password never shown nor taken from a flag. */
  public static Setting<DatabaseUrl> url() {
    return Setting.of(
            "DATABASE_URL",
            SettingType.of("postgres: or jdbc: URL", DatabaseSettings::parse),
            "the auth database; several hosts with commas")
        .confidential(DatabaseUrl::hasPassword);
  }

  private static DatabaseUrl parse(String text) throws InvalidSettingException {
    try {
      return DatabaseUrl.parse(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException(String.valueOf(e.getMessage()));
    }
  }
}
