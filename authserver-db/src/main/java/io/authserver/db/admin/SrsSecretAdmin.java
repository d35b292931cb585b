package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The secrets of return addresses, and how their hash is made. No secret comes out of here. */
public final class SrsSecretAdmin {
  private static final String SUBJECT = "the secret";

  private final AdminDatabase database;

  SrsSecretAdmin(AdminDatabase database) {
    this.database = database;
  }

  /**
   * How the hash of a return address is made.
   *
   * @param form {@code mailsrs} or {@code separated}
   * @param since since when; null where that never changed
   */
  public record Form(String form, @Nullable Instant since) {}

  /** Returns those that verify, the one that signs first. */
  public List<SrsSecretRow> list() throws RefusedException, AuthDatabaseException {
    return database.transact(SUBJECT, SrsSecretAdmin::list);
  }

  private static List<SrsSecretRow> list(Sql sql) throws SQLException, RefusedException {
    return sql.list(
        "SELECT id, state, created_at, signs_at, retired_at, octets, fingerprint"
            + " FROM authserver.srs_secrets()",
        SrsSecretAdmin::row);
  }

  private static SrsSecretRow row(ResultSet row) throws SQLException {
    OffsetDateTime retired = row.getObject("retired_at", OffsetDateTime.class);
    return new SrsSecretRow(
        row.getLong("id"),
        row.getString("state"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getObject("signs_at", OffsetDateTime.class).toInstant(),
        retired == null ? null : retired.toInstant(),
        row.getInt("octets"),
        row.getString("fingerprint"));
  }

  /** Makes one, which verifies at once and signs when all daemons have it. */
  public SrsSecretRow create() throws RefusedException, AuthDatabaseException {
    return database.transact(
        SUBJECT,
        sql -> {
          long id = sql.one("SELECT id FROM authserver.create_srs_secret()", row -> row.getLong(1));
          return find(list(sql), id);
        });
  }

  private static SrsSecretRow find(List<SrsSecretRow> rows, long id) throws RefusedException {
    return rows.stream()
        .filter(row -> row.id() == id)
        .findFirst()
        .orElseThrow(() -> new RefusedException("there is no secret " + id));
  }

  /**
   * Lets one sign no more; it verifies for 24 days more.
   *
   * @param atOnce whether it verifies nothing any more either, and is gone
   * @throws RefusedException where there is none of that id, or nothing would sign
   */
  public void retire(long id, boolean atOnce) throws RefusedException, AuthDatabaseException {
    database.transact(
        SUBJECT,
        sql -> {
          String said =
              sql.one(
                  "SELECT authserver.retire_srs_secret(?, ?)", row -> row.getString(1), id, atOnce);
          switch (said) {
            case "done" -> {}
            case "retired" -> throw new RefusedException("secret " + id + " is retired already");
            case "only" ->
                throw new RefusedException(
                    "secret " + id + " is the only one: make another one first");
            case "too_early" -> {
              Instant next =
                  list(sql).stream()
                      .filter(row -> row.state().equals("new"))
                      .map(SrsSecretRow::signsAt)
                      .min(Instant::compareTo)
                      .orElseThrow();
              throw new RefusedException(
                  "secret " + id + " signs until another one does, at " + next);
            }
            default -> throw new RefusedException("there is no secret " + id);
          }
          return said;
        });
  }

  /** Returns how the hash of a return address is made. */
  public Form form() throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the form",
        sql ->
            sql.one(
                "SELECT form, since FROM authserver.srs_site(NULL)",
                row -> {
                  OffsetDateTime since = row.getObject(2, OffsetDateTime.class);
                  return new Form(row.getString(1), since == null ? null : since.toInstant());
                }));
  }

  /**
   * Sets how the hash is made from now on.
   *
   * @return whether that is a change
   */
  public boolean setForm(String form) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the form",
        sql -> sql.one("SELECT authserver.set_srs_form(?)", row -> row.getBoolean(1), form));
  }
}
