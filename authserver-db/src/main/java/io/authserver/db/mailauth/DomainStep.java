package io.authserver.db.mailauth;

import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.Quoting;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Sql;
import io.authserver.db.pool.AuthDatabaseException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Carries over domains and their keys. */
final class DomainStep {
  private final Sql sql;
  private final ImportReport report;
  private final KeyStep keys;
  private final Map<Long, Carried> carried = new HashMap<>();
  private final Map<String, String> namesTaken = new HashMap<>();

  /**
   * A domain that is here now.
   *
   * @param id the key of its row here
   * @param redirected whether it redirected in the reference
   */
  record Carried(long id, DomainName name, boolean redirected) {}

  private record Planned(SourceRow.Domain row, DomainName name, @Nullable DomainName redirectTo) {}

  private record Present(
      long id,
      String name,
      @Nullable String redirectTo,
      boolean transactional,
      boolean catchesAll) {}

  DomainStep(Sql sql, ImportReport report, KeyStep keys) {
    this.sql = sql;
    this.report = report;
    this.keys = keys;
  }

  /** Returns the domains that are here now, by their keys in the reference. */
  Map<Long, Carried> run(MailauthSource source)
      throws SQLException, RefusedException, AuthDatabaseException {
    try (SourceRows<SourceRow.Domain> rows = source.domains()) {
      for (List<SourceRow.Domain> batch = rows.next(); !batch.isEmpty(); batch = rows.next()) {
        carry(batch);
        Batches.requireRoom(carried.size(), Kind.DOMAIN);
      }
    }
    return carried;
  }

  private void carry(List<SourceRow.Domain> batch) throws SQLException, RefusedException {
    List<Planned> planned = new ArrayList<>();
    for (SourceRow.Domain row : batch) {
      Planned plan = plan(row);
      if (plan != null) {
        planned.add(plan);
      }
    }
    Map<String, Present> before = present(planned);
    List<Planned> missing = planned.stream().filter(p -> !before.containsKey(name(p))).toList();
    List<Planned> made =
        Batches.insert(
            sql,
            missing,
            rows ->
                sql.update(
                    """
                    INSERT INTO authserver.domain (name, redirect_to, can_use_transactional)
                    SELECT n, r, t FROM unnest(?::text[], ?::text[], ?::text[]::boolean[]) d (n, r, t)\
                    """,
                    Batches.column(rows, DomainStep::name),
                    Batches.column(rows, Planned::redirectTo),
                    Batches.column(rows, p -> p.row().transactional())),
            (p, rule) -> report.add(Reason.RULE, Kind.DOMAIN, name(p), "breaks the rule " + rule));
    for (Planned plan : made) {
      report.created(Kind.DOMAIN, name(plan));
      if (!plan.row().name().equals(name(plan))) {
        report.add(
            Reason.DOMAIN_RENAMED,
            Kind.DOMAIN,
            name(plan),
            "is " + Quoting.quote(plan.row().name()) + " in the reference");
      }
    }
    Map<String, Present> now = present(planned);
    for (Planned plan : planned) {
      Present here = now.get(name(plan));
      if (here != null) {
        compare(plan, before.get(name(plan)));
        carried.put(
            plan.row().id(), new Carried(here.id(), plan.name(), plan.redirectTo() != null));
        keys.carry(plan.row(), here.id(), plan.name());
      }
    }
  }

  private static String name(Planned plan) {
    return plan.name().name();
  }

  private @Nullable Planned plan(SourceRow.Domain row) {
    DomainName name;
    try {
      name = DomainName.parse(row.name());
    } catch (RefusedException e) {
      report.add(Reason.DOMAIN_NAME, Kind.DOMAIN, row.name(), String.valueOf(e.getMessage()));
      return null;
    }
    String twin = namesTaken.putIfAbsent(name.name(), row.name());
    if (twin != null) {
      report.add(
          Reason.DOMAIN_TWIN,
          Kind.DOMAIN,
          row.name(),
          "is the same domain as " + Quoting.quote(twin));
      return null;
    }
    return new Planned(row, name, redirect(row, name));
  }

  private @Nullable DomainName redirect(SourceRow.Domain row, DomainName name) {
    String text = row.redirectTo() == null ? "" : row.redirectTo().strip();
    String target = text.startsWith("@") ? text.substring(1) : text;
    if (text.isEmpty()) {
      return null;
    }
    String fault;
    try {
      DomainName redirectTo = DomainName.parse(target);
      if (!redirectTo.equals(name)) {
        return redirectTo;
      }
      fault = "the redirect leads to the domain itself";
    } catch (RefusedException e) {
      fault = "the redirect: " + e.getMessage();
    }
    report.add(
        Reason.REDIRECT_TARGET,
        Kind.DOMAIN,
        name.name(),
        fault + "; the domain is carried over without it");
    return null;
  }

  private Map<String, Present> present(List<Planned> planned)
      throws SQLException, RefusedException {
    Map<String, Present> present = new HashMap<>();
    sql.list(
            """
            SELECT id, name, redirect_to, can_use_transactional, catch_all IS NOT NULL
            FROM authserver.domain
            WHERE name = ANY (?::text[])\
            """,
            row ->
                new Present(
                    row.getLong(1),
                    row.getString(2),
                    row.getString(3),
                    row.getBoolean(4),
                    row.getBoolean(5)),
            Batches.column(planned, DomainStep::name))
        .forEach(domain -> present.put(domain.name(), domain));
    return present;
  }

  private void compare(Planned plan, @Nullable Present before) {
    if (before == null) {
      return;
    }
    List<String> different = new ArrayList<>();
    DomainName redirectTo = plan.redirectTo();
    if (!Objects.equals(before.redirectTo(), redirectTo == null ? null : redirectTo.name())) {
      different.add("redirect");
    }
    if (before.catchesAll()) {
      // The reference has none.
      different.add("catch-all");
    }
    if (before.transactional() != plan.row().transactional()) {
      different.add("use of the transactional relay");
    }
    if (different.isEmpty()) {
      report.present(Kind.DOMAIN);
    } else {
      report.differs(Kind.DOMAIN, name(plan), different);
    }
  }
}
