package io.authserver.db.pool;

import io.authserver.smtp.daemon.InvalidSettingException;
import io.authserver.smtp.daemon.Setting;
import io.authserver.smtp.daemon.SettingType;

/** The setting by which every program finds the auth database. */
public final class DatabaseSettings {
  private DatabaseSettings() {}

  /** Defines {@code DATABASE_URL}: required, its password never shown nor taken from a flag. */
  public static Setting<DatabaseUrl> url() {
    return url("DATABASE_URL", "the auth database; several hosts with commas");
  }

  /** Defines the same for another database. */
  public static Setting<DatabaseUrl> url(String name, String effect) {
    return Setting.of(
            name, SettingType.of("postgres: or jdbc: URL", DatabaseSettings::parse), effect)
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
