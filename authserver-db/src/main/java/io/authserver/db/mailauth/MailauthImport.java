package io.authserver.db.mailauth;

import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.Occasion;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Sql;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.signing.WrappingKeys;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Carries the reference's database over into ours. What ours lacks is made; what is there already
 * stays as it is, and is reported where it differs. All of it is one transaction.
 */
public final class MailauthImport {
  private static final String SUBJECT = "the import";

  private final Choices choices;
  private final ImportReport report;

  /**
   * What an administrator decides.
   *
   * @param wrappingKeys for private keys, or null where the source {@linkplain
   *     MailauthSource#hasKeys has none}
   * @param occasion what the history of keys records
   * @param blockAction what happens to mail for blacklisted aliases: reject, drop or defer
   */
  public record Choices(
      @Nullable WrappingKeys wrappingKeys, Occasion occasion, String blockAction) {}

  /** Makes an import. */
  public MailauthImport(Choices choices, ImportReport report) {
    this.choices = choices;
    this.report = report;
  }

  /** Carries everything over that can be. */
  public void run(MailauthSource source, AdminDatabase database)
      throws RefusedException, AuthDatabaseException {
    database.transact(SUBJECT, sql -> carry(source, sql));
  }

  /** Does the same, and undoes it. */
  public void rehearse(MailauthSource source, AdminDatabase database)
      throws RefusedException, AuthDatabaseException {
    database.rehearse(SUBJECT, sql -> carry(source, sql));
  }

  private ImportReport carry(MailauthSource source, Sql sql)
      throws SQLException, RefusedException, AuthDatabaseException {
    boolean alone =
        sql.one(
            "SELECT pg_try_advisory_xact_lock(hashtext('authserver import mailauth'))",
            row -> row.getBoolean(1));
    if (!alone) {
      throw new RefusedException("another import is under way");
    }
    lookUpByIndexes(sql);
    keepSrsForm(sql);
    KeyStep keys = new KeyStep(sql, report, choices.wrappingKeys(), choices.occasion());
    Map<Long, DomainStep.Carried> domains = new DomainStep(sql, report, keys).run(source);
    new UserStep(sql, report).run(source);
    Map<Long, Long> lists = new ListStep(sql, report).run(source);
    new AliasStep(sql, report, domains, lists, choices.blockAction()).run(source);
    new MailboxStep(sql, report, domains).run(source);
    new ServiceUserStep(sql, report).run(source);
    new PermissionStep(sql, report).run(source);
    for (SourceRow.Unused unused : source.unused()) {
      report.add(
          Reason.NO_PLACE,
          Kind.COLUMN,
          unused.column(),
          "is used in %d %s, and has no place here"
              .formatted(unused.rows(), unused.rows() == 1 ? "row" : "rows"));
    }
    return report;
  }

  /**
   * What the reference has sent is under way with hashes as Mail::SRS makes them, and others may
   * share its secret. Whoever has chosen a form here since then has his way.
   */
  private static void keepSrsForm(Sql sql) throws SQLException, RefusedException {
    boolean chosen =
        sql.one(
            "SELECT since IS NOT NULL FROM authserver.srs_site(NULL)", row -> row.getBoolean(1));
    if (!chosen) {
      sql.one("SELECT authserver.set_srs_form('mailsrs')", row -> row.getBoolean(1));
    }
  }

  /**
   * Tables that grow from nothing within one transaction have no statistics, and a plan that was
   * made while they were empty reads all of them each time: a million aliases would take an hour.
   */
  private static void lookUpByIndexes(Sql sql) throws SQLException {
    for (String setting :
        List.of(
            "SET LOCAL enable_seqscan = off",
            "SET LOCAL enable_hashjoin = off",
            "SET LOCAL enable_mergejoin = off",
            "SET LOCAL plan_cache_mode = force_custom_plan")) {
      sql.update(setting);
    }
  }
}
