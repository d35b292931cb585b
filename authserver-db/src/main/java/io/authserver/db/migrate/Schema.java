package io.authserver.db.migrate;

import java.util.List;

/** The schema versions that this program knows. */
public final class Schema {
  /** The schema and the roles' common prefix. */
  static final String OWNER = "authserver_owner";

  /** The oldest version that the daemons work with. */
  public static final int OLDEST = 1;

  private Schema() {}

  /** The version that {@link MigrationRunner} makes; the newest that the daemons work with. */
  public static int newest() {
    List<SqlFile> migrations = SqlFiles.migrations();
    return migrations.getLast().number();
  }
}
