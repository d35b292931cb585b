package io.authserver.db.mailauth;

import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Sql;
import io.authserver.db.pool.AuthDatabaseException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Carries over permissions and groups, and who has and who is in which. */
final class PermissionStep {
  private static final int MAX_OCTETS = 255;

  private final Sql sql;
  private final ImportReport report;
  private final Names groupNames = new Names();
  private final Map<String, Carried> permissions = new HashMap<>();
  private final Map<String, Carried> groups = new HashMap<>();

  /** A permission or group that is here now. */
  private record Carried(long id, String name) {}

  private record Present(long id, String name, String description) {}

  /** One of the tables that tie two things. */
  private enum Ties {
    USER_PERMISSION(
        """
        INSERT INTO authserver.user_permission (user_id, permission_id)
        SELECT * FROM unnest(?::text[]::uuid[], ?::text[]::bigint[])
        ON CONFLICT DO NOTHING RETURNING user_id::text || ' ' || permission_id\
        """),
    USER_GROUP(
        """
        INSERT INTO authserver.user_group_member (user_id, group_id)
        SELECT * FROM unnest(?::text[]::uuid[], ?::text[]::bigint[])
        ON CONFLICT DO NOTHING RETURNING user_id::text || ' ' || group_id\
        """),
    GROUP_PERMISSION(
        """
        INSERT INTO authserver.user_group_permission (group_id, permission_id)
        SELECT * FROM unnest(?::text[]::bigint[], ?::text[]::bigint[])
        ON CONFLICT DO NOTHING RETURNING group_id || ' ' || permission_id\
        """);

    private final String insert;

    Ties(String insert) {
      this.insert = insert;
    }
  }

  private record PlannedTie(String holder, String held, String name) {
    String key() {
      return holder + " " + held;
    }
  }

  PermissionStep(Sql sql, ImportReport report) {
    this.sql = sql;
    this.report = report;
  }

  void run(MailauthSource source) throws SQLException, RefusedException, AuthDatabaseException {
    try (SourceRows<SourceRow.Permission> rows = source.permissions()) {
      for (List<SourceRow.Permission> batch = rows.next(); !batch.isEmpty(); batch = rows.next()) {
        for (SourceRow.Permission row : batch) {
          carry(row);
        }
        Batches.requireRoom(permissions.size(), Kind.PERMISSION);
      }
    }
    try (SourceRows<SourceRow.Group> rows = source.groups()) {
      for (List<SourceRow.Group> batch = rows.next(); !batch.isEmpty(); batch = rows.next()) {
        for (SourceRow.Group row : batch) {
          carry(row);
        }
        Batches.requireRoom(groups.size(), Kind.GROUP);
      }
    }
    tie(source.groupPermissions(), Ties.GROUP_PERMISSION, permissions);
    tie(source.userPermissions(), Ties.USER_PERMISSION, permissions);
    tie(source.userGroups(), Ties.USER_GROUP, groups);
  }

  private void carry(SourceRow.Permission row) throws SQLException, RefusedException {
    String name = row.name() == null ? "" : row.name();
    String description = row.description() == null ? "" : row.description();
    if (name.isEmpty()
        || UserStep.octets(name) > MAX_OCTETS
        || name.codePoints().anyMatch(UserStep::isSpace)) {
      report.add(
          Reason.PERMISSION_NAME,
          Kind.PERMISSION,
          name.isEmpty() ? description : name,
          "its permission_name has to have 1 to 255 octets and no white space");
      return;
    }
    List<Present> before = permission(name);
    if (before.isEmpty()) {
      String rule =
          sql.attempt(
              () ->
                  sql.update(
                      "INSERT INTO authserver.permission (name, description) VALUES (?, ?)",
                      name,
                      description));
      if (rule != null) {
        report.add(Reason.RULE, Kind.PERMISSION, name, "breaks the rule " + rule);
        return;
      }
      report.created(Kind.PERMISSION, name);
    } else if (before.getFirst().description().equals(description)) {
      report.present(Kind.PERMISSION);
    } else {
      report.differs(Kind.PERMISSION, name, List.of("description"));
    }
    for (Present now : permission(name)) {
      permissions.put(String.valueOf(row.id()), new Carried(now.id(), name));
    }
  }

  private List<Present> permission(String name) throws SQLException, RefusedException {
    return sql.list(
        "SELECT id, name, description FROM authserver.permission WHERE name = ?",
        row -> new Present(row.getLong(1), row.getString(2), row.getString(3)),
        name);
  }

  private void carry(SourceRow.Group row) throws SQLException, RefusedException {
    String name = groupNames.take(row.name(), row.id());
    if (group(name).isEmpty()) {
      String rule =
          sql.attempt(
              () -> sql.update("INSERT INTO authserver.user_group (name) VALUES (?)", name));
      if (rule != null) {
        report.add(Reason.RULE, Kind.GROUP, name, "breaks the rule " + rule);
        return;
      }
      report.created(Kind.GROUP, name);
      if (!name.equals(row.name())) {
        report.add(
            Reason.GROUP_RENAMED,
            Kind.GROUP,
            name,
            "is group " + row.id() + " in the reference, which has an empty or another's name");
      }
    } else {
      report.present(Kind.GROUP);
    }
    for (Long id : group(name)) {
      groups.put(String.valueOf(row.id()), new Carried(id, name));
    }
  }

  private List<Long> group(String name) throws SQLException, RefusedException {
    return sql.list(
        "SELECT id FROM authserver.user_group WHERE name = ?", row -> row.getLong(1), name);
  }

  private void tie(SourceRows<SourceRow.Tie> source, Ties table, Map<String, Carried> held)
      throws SQLException, RefusedException, AuthDatabaseException {
    try (source) {
      for (List<SourceRow.Tie> batch = source.next(); !batch.isEmpty(); batch = source.next()) {
        tie(batch, table, held);
      }
    }
  }

  private void tie(List<SourceRow.Tie> batch, Ties table, Map<String, Carried> held)
      throws SQLException, RefusedException {
    Map<String, String> users =
        table == Ties.GROUP_PERMISSION
            ? Map.of()
            : Batches.users(sql, Batches.column(batch, SourceRow.Tie::holder));
    List<PlannedTie> planned = new ArrayList<>();
    for (SourceRow.Tie row : batch) {
      Carried what = held.get(row.held());
      PlannedTie plan = null;
      if (what != null) {
        plan =
            table == Ties.GROUP_PERMISSION
                ? plan(groups.get(row.holder()), what)
                : plan(row.holder(), users.get(row.holder()), what, table);
      }
      if (plan == null) {
        report.add(
            Reason.TIE,
            Kind.TIE,
            title(row, table, users.get(row.holder())),
            "one of the two was left out (numbers and UUIDs are the reference's)");
      } else {
        planned.add(plan);
      }
    }
    Set<String> made =
        new HashSet<>(
            sql.list(
                table.insert,
                row -> row.getString(1),
                Batches.column(planned, PlannedTie::holder),
                Batches.column(planned, PlannedTie::held)));
    for (PlannedTie plan : planned) {
      if (made.contains(plan.key())) {
        report.created(Kind.TIE, plan.name());
      } else {
        report.present(Kind.TIE);
      }
    }
  }

  private String title(SourceRow.Tie row, Ties table, @Nullable String user) {
    String holder =
        table == Ties.GROUP_PERMISSION
            ? "group " + name(groups.get(row.holder()), row.holder())
            : "user " + Objects.requireNonNullElse(user, row.holder());
    return holder
        + (table == Ties.USER_GROUP
            ? ", group " + name(groups.get(row.held()), row.held())
            : ", permission " + name(permissions.get(row.held()), row.held()));
  }

  private static String name(@Nullable Carried carried, String id) {
    return carried == null ? id : carried.name();
  }

  private static @Nullable PlannedTie plan(@Nullable Carried group, Carried permission) {
    return group == null
        ? null
        : new PlannedTie(
            String.valueOf(group.id()),
            String.valueOf(permission.id()),
            "group " + group.name() + ", permission " + permission.name());
  }

  private static @Nullable PlannedTie plan(
      String uuid, @Nullable String identifier, Carried what, Ties table) {
    return identifier == null
        ? null
        : new PlannedTie(
            uuid,
            String.valueOf(what.id()),
            "user %s, %s %s"
                .formatted(
                    identifier, table == Ties.USER_GROUP ? "group" : "permission", what.name()));
  }
}
