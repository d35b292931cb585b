package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;

/** Shows and changes what holds for the whole site. */
public final class SiteAdmin {
  private final AdminDatabase database;

  SiteAdmin(AdminDatabase database) {
    this.database = database;
  }

  /** Returns what holds. */
  public SiteRow show() throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the site",
        sql ->
            sql.one("SELECT max_targets FROM authserver.site", row -> new SiteRow(row.getInt(1))));
  }

  /**
   * Changes how many addresses one recipient may stand for. Every list is judged by it before this
   * returns.
   *
   * @param maxTargets 1 to 100,000
   * @throws RefusedException where it is out of range
   */
  public void setMaxTargets(int maxTargets) throws RefusedException, AuthDatabaseException {
    if (maxTargets < 1 || maxTargets > 100_000) {
      throw new RefusedException("a recipient stands for 1 to 100000 addresses at most");
    }
    database.transact(
        "the site", sql -> sql.update("UPDATE authserver.site SET max_targets = ?", maxTargets));
  }
}
