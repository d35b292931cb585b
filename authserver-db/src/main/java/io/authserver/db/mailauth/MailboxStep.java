package io.authserver.db.mailauth;

import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Sql;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives users their delivery mailboxes, once the aliases are there. */
final class MailboxStep {
  private final Sql sql;
  private final ImportReport report;
  private final Map<Long, DomainStep.Carried> domains;

  /**
   * What is here for a mailbox of the reference.
   *
   * @param made whether this transaction made the user
   * @param now the user's delivery mailbox, or null
   * @param wanted the alias that it has to be, if that is the user's
   */
  private record Here(String user, boolean made, @Nullable Long now, @Nullable Long wanted) {}

  MailboxStep(Sql sql, ImportReport report, Map<Long, DomainStep.Carried> domains) {
    this.sql = sql;
    this.report = report;
    this.domains = domains;
  }

  void run(MailauthSource source) throws SQLException, RefusedException, AuthDatabaseException {
    try (SourceRows<SourceRow.Mailbox> rows = source.mailboxes()) {
      for (List<SourceRow.Mailbox> batch = rows.next(); !batch.isEmpty(); batch = rows.next()) {
        carry(batch);
      }
    }
  }

  private static String address(SourceRow.Mailbox row) {
    return row.mailPrefix() + "@" + row.domain();
  }

  private void carry(List<SourceRow.Mailbox> batch) throws SQLException, RefusedException {
    List<SourceRow.Mailbox> own = new ArrayList<>();
    for (SourceRow.Mailbox row : batch) {
      if (!row.uuid().equals(row.aliasUser())) {
        leaveOut(
            Reason.MAILBOX_FOREIGN,
            row,
            "is %s's; choose one of the user's own (authserver user set-delivery-mailbox)"
                .formatted(row.aliasUser() == null ? "no user" : "another user"));
      } else if (!domains.containsKey(row.domainId())) {
        leaveOut(Reason.MAILBOX_LEFT_OUT, row, "was left out with its domain");
      } else if (row.mailPrefix().contains("/")) {
        leaveOut(
            Reason.MAILBOX_SLASH,
            row,
            "has a slash in it, and Dovecot would make folders of it; choose another one of the"
                + " user's own (authserver user set-delivery-mailbox)");
      } else {
        own.add(row);
      }
    }
    Map<String, Here> here = here(own);
    List<SourceRow.Mailbox> missing = new ArrayList<>();
    for (SourceRow.Mailbox row : own) {
      Here found = here.get(row.uuid());
      if (found == null || found.wanted() == null) {
        leaveOut(Reason.MAILBOX_LEFT_OUT, row, "is no alias of the user here");
      } else if (found.wanted().equals(found.now())) {
        report.present(Kind.MAILBOX);
      } else if (found.made()) {
        missing.add(row);
      } else {
        report.differs(Kind.MAILBOX, row.identifier(), List.of("delivery mailbox"));
      }
    }
    set(missing, here);
  }

  private void leaveOut(Reason reason, SourceRow.Mailbox row, String sentence) {
    report.add(
        reason,
        Kind.MAILBOX,
        row.identifier(),
        "the delivery mailbox "
            + address(row)
            + " "
            + sentence
            + "; the user gets no mail for now");
  }

  private Map<String, Here> here(List<SourceRow.Mailbox> rows)
      throws SQLException, RefusedException {
    Map<String, Here> here = new HashMap<>();
    sql.list(
            """
            SELECT u.id::text, u.created_at = now(), u.delivery_mailbox_id,
              (SELECT a.id FROM authserver.email_alias a WHERE a.domain_id = w.domain_id
                AND a.local_part = w.local_part AND a.user_id = w.id)
            FROM unnest(?::text[]::uuid[], ?::text[]::bigint[], ?::text[]) w (id, domain_id, local_part),
              -- OFFSET keeps the planner from reading all users first.
              LATERAL (SELECT * FROM authserver.mail_user m WHERE m.id = w.id OFFSET 0) u\
            """,
            row -> {
              long now = row.getLong(3);
              Long nowOrNull = row.wasNull() ? null : now;
              long wanted = row.getLong(4);
              Long wantedOrNull = row.wasNull() ? null : wanted;
              return new Here(row.getString(1), row.getBoolean(2), nowOrNull, wantedOrNull);
            },
            Batches.column(rows, SourceRow.Mailbox::uuid),
            Batches.column(rows, this::domainId),
            Batches.column(rows, row -> AsciiCase.lower(row.mailPrefix())))
        .forEach(found -> here.put(found.user(), found));
    return here;
  }

  private @Nullable Long domainId(SourceRow.Mailbox row) {
    DomainStep.Carried domain = domains.get(row.domainId());
    return domain == null ? null : domain.id();
  }

  private void set(List<SourceRow.Mailbox> rows, Map<String, Here> here) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    sql.update(
        """
        UPDATE authserver.mail_user u SET delivery_mailbox_id = w.alias_id
        FROM unnest(?::text[]::uuid[], ?::text[]::bigint[]) w (id, alias_id)
        WHERE u.id = w.id AND u.id = ANY (?::text[]::uuid[])\
        """,
        Batches.column(rows, SourceRow.Mailbox::uuid),
        Batches.column(
            rows,
            row -> {
              Here found = here.get(row.uuid());
              return found == null ? null : found.wanted();
            }),
        Batches.column(rows, SourceRow.Mailbox::uuid));
    for (SourceRow.Mailbox row : rows) {
      report.created(Kind.MAILBOX, AsciiCase.lower(row.identifier()) + ": " + address(row));
    }
  }
}
