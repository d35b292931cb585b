package io.authserver.db.mailauth;

import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Sql;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Carries over users, without their delivery mailboxes: the aliases come later. */
final class UserStep {
  private static final int MAX_IDENTIFIER_OCTETS = 255;
  private static final int MAX_NAME_OCTETS = 1000;

  private final Sql sql;
  private final ImportReport report;
  // Rows come in the order of the folded identifiers, so that twins follow each other.
  private @Nullable String lastIdentifier;

  private record Planned(
      SourceRow.User row, String identifier, String fullName, StoredPassword password) {
    @Override
    public String toString() {
      return identifier;
    }
  }

  private record Present(
      String id,
      String identifier,
      String fullName,
      @Nullable String password,
      boolean active,
      boolean staff) {
    @Override
    public String toString() {
      return identifier;
    }
  }

  UserStep(Sql sql, ImportReport report) {
    this.sql = sql;
    this.report = report;
  }

  void run(MailauthSource source) throws SQLException, RefusedException, AuthDatabaseException {
    try (SourceRows<SourceRow.User> rows = source.users()) {
      for (List<SourceRow.User> batch = rows.next(); !batch.isEmpty(); batch = rows.next()) {
        carry(batch);
      }
    }
  }

  private void carry(List<SourceRow.User> batch) throws SQLException, RefusedException {
    List<Planned> planned = new ArrayList<>();
    for (SourceRow.User row : batch) {
      Planned plan = plan(row);
      if (plan != null) {
        planned.add(plan);
      }
    }
    Map<String, Present> byId = new HashMap<>();
    Map<String, Present> byIdentifier = new HashMap<>();
    for (Present user : present(planned)) {
      byId.put(user.id(), user);
      byIdentifier.put(user.identifier(), user);
    }
    List<Planned> missing = new ArrayList<>();
    for (Planned plan : planned) {
      Present before = byId.get(plan.row().uuid());
      if (before != null) {
        compare(plan, before);
      } else if (byIdentifier.containsKey(plan.identifier())) {
        report.add(
            Reason.USER_TAKEN,
            Kind.USER,
            plan.identifier(),
            "another user, with another UUID, has this identifier here");
      } else {
        missing.add(plan);
      }
    }
    Batches.insert(sql, missing, this::insert, this::refused).forEach(this::made);
  }

  private void refused(Planned plan, String rule) {
    report.add(Reason.RULE, Kind.USER, plan.identifier(), "breaks the rule " + rule);
  }

  private @Nullable Planned plan(SourceRow.User row) {
    String identifier = AsciiCase.lower(row.identifier());
    if (identifier.isEmpty()
        || octets(identifier) > MAX_IDENTIFIER_OCTETS
        || identifier.codePoints().anyMatch(UserStep::isSpace)) {
      report.add(
          Reason.USER_IDENTIFIER,
          Kind.USER,
          row.identifier(),
          "an identifier has 1 to 255 octets and no white space; change it there and import again");
      return null;
    }
    if (identifier.equals(lastIdentifier)) {
      report.add(
          Reason.USER_TWIN,
          Kind.USER,
          row.identifier(),
          "another user's identifier is the same but for the case of its letters; change one there"
              + " and import again");
      return null;
    }
    lastIdentifier = identifier;
    String given = row.fullName() == null ? "" : row.fullName();
    return new Planned(row, identifier, fullName(given), StoredPassword.of(row.password()));
  }

  static boolean isSpace(int c) {
    return Character.isISOControl(c) || Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  private static String fullName(String given) {
    StringBuilder name = new StringBuilder();
    given.codePoints().map(c -> Character.isISOControl(c) ? ' ' : c).forEach(name::appendCodePoint);
    while (octets(name.toString()) > MAX_NAME_OCTETS) {
      name.setLength(name.offsetByCodePoints(name.length(), -1));
    }
    return name.toString();
  }

  static int octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private List<Present> present(List<Planned> planned) throws SQLException, RefusedException {
    return sql.list(
        """
        SELECT id::text, identifier, full_name, password, active, staff FROM authserver.mail_user
        WHERE id = ANY (?::text[]::uuid[]) OR identifier = ANY (?::text[])\
        """,
        row ->
            new Present(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getBoolean(5),
                row.getBoolean(6)),
        Batches.column(planned, p -> p.row().uuid()),
        Batches.column(planned, Planned::identifier));
  }

  private void compare(Planned plan, Present before) {
    if (plan.password().fault() != null) {
      noteFormat(plan);
    }
    List<String> different = new ArrayList<>();
    if (!before.identifier().equals(plan.identifier())) {
      different.add("identifier");
    }
    if (!before.fullName().equals(plan.fullName())) {
      different.add("full name");
    }
    // A hash that could not be carried over is replaced here sooner or later.
    if (plan.password().fault() == null
        && !Objects.equals(before.password(), plan.password().hash())) {
      different.add("password");
    }
    if (before.active() != plan.row().active()) {
      different.add("activity");
    }
    if (before.staff() != plan.row().staff()) {
      different.add("staff status");
    }
    if (different.isEmpty()) {
      report.present(Kind.USER);
    } else {
      report.differs(Kind.USER, plan.identifier(), different);
    }
  }

  private void insert(List<Planned> rows) throws SQLException {
    sql.update(
        """
        INSERT INTO authserver.mail_user (id, identifier, full_name, password, active, staff)
        SELECT * FROM unnest(?::text[]::uuid[], ?::text[], ?::text[], ?::text[],
          ?::text[]::boolean[], ?::text[]::boolean[])\
        """,
        Batches.column(rows, p -> p.row().uuid()),
        Batches.column(rows, Planned::identifier),
        Batches.column(rows, Planned::fullName),
        Batches.column(rows, p -> p.password().hash()),
        Batches.column(rows, p -> p.row().active()),
        Batches.column(rows, p -> p.row().staff()));
  }

  private void made(Planned plan) {
    report.created(Kind.USER, plan.identifier());
    if (!plan.fullName().equals(plan.row().fullName() == null ? "" : plan.row().fullName())) {
      report.add(
          Reason.FULL_NAME,
          Kind.USER,
          plan.identifier(),
          "the full name had control characters or over 1000 octets; it was trimmed");
    }
    if (plan.password().fault() != null) {
      noteFormat(plan);
    } else if (!plan.password().isUsable()) {
      report.add(
          Reason.PASSWORD_NONE,
          Kind.USER,
          plan.identifier(),
          "has no usable password, here as in the reference");
    }
    if (!plan.row().active()) {
      report.add(
          Reason.USER_INACTIVE,
          Kind.USER,
          plan.identifier(),
          "is inactive: cannot log in here, where the reference's procedures let such users in");
    }
  }

  private void noteFormat(Planned plan) {
    report.add(
        Reason.PASSWORD_FORMAT,
        Kind.USER,
        plan.identifier(),
        String.valueOf(plan.password().fault()));
  }
}
