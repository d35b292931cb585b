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

/** Carries over service users. */
final class ServiceUserStep {
  private static final int MAX_OCTETS = 255;

  /** Lets nobody in; the column wants a value. */
  private static final String NO_PASSWORD = "!";

  private final Sql sql;
  private final ImportReport report;
  // Rows come in the order of the folded names, so that those of one name follow each other.
  private @Nullable String lastName;

  private record Planned(
      SourceRow.ServiceUser row, String username, String user, StoredPassword password) {
    String stored() {
      String hash = password.hash();
      return hash == null ? NO_PASSWORD : hash;
    }

    String description() {
      return row.description() == null ? "" : row.description();
    }

    @Override
    public String toString() {
      return username;
    }
  }

  private record Present(String username, String user, String password, String description) {
    @Override
    public String toString() {
      return username;
    }
  }

  ServiceUserStep(Sql sql, ImportReport report) {
    this.sql = sql;
    this.report = report;
  }

  void run(MailauthSource source) throws SQLException, RefusedException, AuthDatabaseException {
    try (SourceRows<SourceRow.ServiceUser> rows = source.serviceUsers()) {
      for (List<SourceRow.ServiceUser> batch = rows.next(); !batch.isEmpty(); batch = rows.next()) {
        carry(batch);
      }
    }
  }

  private void carry(List<SourceRow.ServiceUser> batch) throws SQLException, RefusedException {
    Map<String, String> users =
        Batches.users(sql, Batches.column(batch, SourceRow.ServiceUser::user));
    List<Planned> planned = new ArrayList<>();
    for (SourceRow.ServiceUser row : batch) {
      Planned plan = plan(row, users);
      if (plan != null) {
        planned.add(plan);
        lastName = plan.username();
      }
    }
    Map<String, Present> before = present(planned);
    List<Planned> missing = new ArrayList<>();
    for (Planned plan : planned) {
      Present there = before.get(plan.username());
      if (there == null) {
        missing.add(plan);
      } else {
        compare(plan, there);
      }
    }
    Batches.insert(sql, missing, this::insert, this::refused).forEach(this::made);
  }

  private void refused(Planned plan, String rule) {
    report.add(Reason.RULE, Kind.SERVICE_USER, plan.username(), "breaks the rule " + rule);
  }

  private @Nullable Planned plan(SourceRow.ServiceUser row, Map<String, String> users) {
    String given = row.username() == null ? "" : row.username();
    String username = AsciiCase.lower(given);
    if (username.isEmpty()
        || UserStep.octets(username) > MAX_OCTETS
        || username.indexOf('@') >= 0
        || username.codePoints().anyMatch(UserStep::isSpace)) {
      report.add(
          Reason.SERVICE_USER_NAME,
          Kind.SERVICE_USER,
          given,
          "a service user's name has 1 to 255 octets, no @ and no white space");
      return null;
    }
    if (username.equals(lastName)) {
      report.add(
          Reason.SERVICE_USER_DUPLICATE,
          Kind.SERVICE_USER,
          given,
          "another service user has the same name in any case of its letters (row %d is left out)"
              .formatted(row.id()));
      return null;
    }
    String user = row.user();
    if (user == null || !users.containsKey(user)) {
      report.add(
          Reason.SERVICE_USER_USER,
          Kind.SERVICE_USER,
          given,
          "the user that it belongs to was left out");
      return null;
    }
    return new Planned(row, username, user, StoredPassword.of(row.password()));
  }

  private Map<String, Present> present(List<Planned> planned)
      throws SQLException, RefusedException {
    Map<String, Present> present = new HashMap<>();
    sql.list(
            """
            SELECT username, user_id::text, password, description FROM authserver.service_user
            WHERE username = ANY (?::text[])\
            """,
            row ->
                new Present(row.getString(1), row.getString(2), row.getString(3), row.getString(4)),
            Batches.column(planned, Planned::username))
        .forEach(user -> present.put(user.username(), user));
    return present;
  }

  private void insert(List<Planned> rows) throws SQLException {
    sql.update(
        """
        INSERT INTO authserver.service_user (user_id, username, password, description)
        SELECT * FROM unnest(?::text[]::uuid[], ?::text[], ?::text[], ?::text[])\
        """,
        Batches.column(rows, Planned::user),
        Batches.column(rows, Planned::username),
        Batches.column(rows, Planned::stored),
        Batches.column(rows, Planned::description));
  }

  private void made(Planned plan) {
    report.created(Kind.SERVICE_USER, plan.username());
    if (plan.password().fault() != null) {
      noteFormat(plan);
    } else if (!plan.password().isUsable()) {
      report.add(
          Reason.PASSWORD_NONE,
          Kind.SERVICE_USER,
          plan.username(),
          "has no usable password, here as in the reference");
    }
  }

  private void noteFormat(Planned plan) {
    report.add(
        Reason.PASSWORD_FORMAT,
        Kind.SERVICE_USER,
        plan.username(),
        String.valueOf(plan.password().fault()));
  }

  private void compare(Planned plan, Present before) {
    List<String> different = new ArrayList<>();
    if (!before.user().equals(plan.user())) {
      different.add("user");
    }
    if (plan.password().fault() != null) {
      noteFormat(plan);
    } else if (!before.password().equals(plan.stored())) {
      different.add("password");
    }
    if (!before.description().equals(plan.description())) {
      different.add("description");
    }
    if (different.isEmpty()) {
      report.present(Kind.SERVICE_USER);
    } else {
      report.differs(Kind.SERVICE_USER, plan.username(), different);
    }
  }
}
