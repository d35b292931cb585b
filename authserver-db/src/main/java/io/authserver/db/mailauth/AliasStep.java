package io.authserver.db.mailauth;

import io.authserver.db.admin.Address;
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

/** Carries over aliases, of which there may be millions. */
final class AliasStep {
  private final Sql sql;
  private final ImportReport report;
  private final Map<Long, DomainStep.Carried> domains;
  private final Map<Long, Long> lists;
  private final String blockAction;
  // Rows come in the order of domain and folded prefix, so that twins follow each other.
  private @Nullable Address last;
  private long blacklisted;

  private record Planned(
      SourceRow.Alias row,
      Address address,
      DomainStep.Carried domain,
      @Nullable String user,
      @Nullable Long list,
      @Nullable String blocked) {
    String key() {
      return domain.id() + " " + address.localPart();
    }
  }

  private record Present(
      String key, @Nullable String user, @Nullable Long list, @Nullable String blocked) {}

  AliasStep(
      Sql sql,
      ImportReport report,
      Map<Long, DomainStep.Carried> domains,
      Map<Long, Long> lists,
      String blockAction) {
    this.sql = sql;
    this.report = report;
    this.domains = domains;
    this.lists = lists;
    this.blockAction = blockAction;
  }

  void run(MailauthSource source) throws SQLException, RefusedException, AuthDatabaseException {
    try (SourceRows<SourceRow.Alias> rows = source.aliases()) {
      for (List<SourceRow.Alias> batch = rows.next(); !batch.isEmpty(); batch = rows.next()) {
        carry(batch);
      }
    }
    if (blacklisted > 0 && !blockAction.equals("drop")) {
      report.add(
          Reason.BLOCKED_ANSWERED,
          Kind.ALIAS,
          blacklisted == 1 ? "1 alias" : blacklisted + " aliases",
          "blacklisted: the reference dropped such mail in silence, here it is answered (%s); --blocked drop keeps it as it was"
              .formatted(blockAction));
    }
  }

  private void carry(List<SourceRow.Alias> batch) throws SQLException, RefusedException {
    Map<String, String> users = Batches.users(sql, Batches.column(batch, SourceRow.Alias::user));
    List<Planned> planned = new ArrayList<>();
    for (SourceRow.Alias row : batch) {
      DomainStep.Carried domain = domains.get(row.domainId());
      if (domain == null) {
        leaveOut(Reason.ALIAS_DOMAIN, row, "its domain was left out");
        continue;
      }
      Planned plan = plan(row, domain, users);
      if (plan != null) {
        planned.add(plan);
        last = plan.address();
      }
    }
    Map<String, Present> before = present(planned);
    List<Planned> missing = new ArrayList<>();
    for (Planned plan : planned) {
      Present there = before.get(plan.key());
      if (there == null) {
        missing.add(plan);
      } else {
        compare(plan, there);
      }
    }
    Batches.insert(sql, missing, this::insert, this::refused).forEach(this::made);
  }

  private void refused(Planned plan, String rule) {
    report.add(Reason.RULE, Kind.ALIAS, plan.address().toString(), "breaks the rule " + rule);
  }

  private void leaveOut(Reason reason, SourceRow.Alias row, String sentence) {
    report.add(reason, Kind.ALIAS, row.mailPrefix() + "@" + row.domain(), sentence);
  }

  private @Nullable Planned plan(
      SourceRow.Alias row, DomainStep.Carried domain, Map<String, String> users)
      throws RefusedException {
    Address address;
    try {
      address = Address.parse(row.mailPrefix() + "@" + domain.name());
    } catch (RefusedException e) {
      leaveOut(Reason.ALIAS_ADDRESS, row, String.valueOf(e.getMessage()));
      return null;
    }
    if (address.equals(last)) {
      leaveOut(
          Reason.ALIAS_TWIN,
          row,
          "another alias is the same address but for the case of its letters");
      return null;
    }
    boolean blocked = row.blacklisted();
    String user = row.user();
    Long sourceList = row.list();
    if (user != null && sourceList != null) {
      if (!blocked) {
        leaveOut(
            Reason.ALIAS_TWO_TARGETS,
            row,
            "it leads to a user and to a list; decide there, or make it here");
        return null;
      }
      return new Planned(row, address, domain, null, null, blockAction);
    }
    if (user != null && !users.containsKey(user)) {
      leaveOut(Reason.ALIAS_USER, row, "its user was left out");
      return null;
    }
    Long list = sourceList == null ? null : lists.get(sourceList);
    if (sourceList != null && list == null) {
      leaveOut(Reason.ALIAS_LIST, row, "its list was left out");
      return null;
    }
    if (user == null && list == null && !blocked) {
      leaveOut(Reason.ALIAS_NO_TARGET, row, "it leads to no user and no list, and is not blocked");
      return null;
    }
    return new Planned(row, address, domain, user, list, blocked ? blockAction : null);
  }

  private Map<String, Present> present(List<Planned> planned)
      throws SQLException, RefusedException {
    Map<String, Present> present = new HashMap<>();
    sql.list(
            """
            SELECT w.domain_id || ' ' || w.local_part, a.user_id::text, a.list_id, a.blocked
            FROM unnest(?::text[]::bigint[], ?::text[]) w (domain_id, local_part),
              -- OFFSET keeps the planner from reading all aliases first.
              LATERAL (SELECT * FROM authserver.email_alias e
                WHERE e.domain_id = w.domain_id AND e.local_part = w.local_part OFFSET 0) a\
            """,
            row -> {
              long list = row.getLong(3);
              Long listOrNull = row.wasNull() ? null : list;
              return new Present(row.getString(1), row.getString(2), listOrNull, row.getString(4));
            },
            Batches.column(planned, p -> p.domain().id()),
            Batches.column(planned, p -> p.address().localPart()))
        .forEach(alias -> present.put(alias.key(), alias));
    return present;
  }

  private void insert(List<Planned> rows) throws SQLException {
    sql.update(
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)
        SELECT * FROM unnest(?::text[]::bigint[], ?::text[], ?::text[]::uuid[],
          ?::text[]::bigint[], ?::text[])\
        """,
        Batches.column(rows, p -> p.domain().id()),
        Batches.column(rows, p -> p.address().localPart()),
        Batches.column(rows, Planned::user),
        Batches.column(rows, Planned::list),
        Batches.column(rows, Planned::blocked));
  }

  private void made(Planned plan) {
    String name = plan.address().toString();
    report.created(Kind.ALIAS, name);
    String prefix = plan.row().mailPrefix();
    if (plan.blocked() != null) {
      blacklisted++;
      if (plan.row().user() != null && plan.row().list() != null) {
        report.add(
            Reason.BLOCKED_TWO_TARGETS,
            Kind.ALIAS,
            name,
            "led to a user and to a list; it is blocked, and leads nowhere now");
      }
    }
    if (plan.domain().redirected()) {
      report.add(
          Reason.ALIAS_BEFORE_REDIRECT,
          Kind.ALIAS,
          name,
          "the redirect of its domain came first in the reference; here the alias does");
    }
    if (prefix.indexOf('+') >= 0 || prefix.indexOf('-') >= 0) {
      // The reference always cut there, even where an alias had the whole name.
      report.add(
          Reason.ALIAS_EXTENSION,
          Kind.ALIAS,
          name,
          "the reference took what follows + or - for an extension, so this address was another's;"
              + " here it is its own");
    }
    if (!plan.address().localPart().equals(prefix)) {
      report.add(
          Reason.ALIAS_FOLDED,
          Kind.ALIAS,
          name,
          "is " + Quoting.quote(prefix) + " in the reference, which OpenSMTPD never asked for");
    }
  }

  private void compare(Planned plan, Present before) {
    List<String> different = new ArrayList<>();
    if (!Objects.equals(before.user(), plan.user())
        || !Objects.equals(before.list(), plan.list())) {
      different.add("target");
    }
    // How it is blocked is chosen here, and may have been changed here.
    if ((before.blocked() == null) != (plan.blocked() == null)) {
      different.add("blocking");
    }
    if (different.isEmpty()) {
      report.present(Kind.ALIAS);
    } else {
      report.differs(Kind.ALIAS, plan.address().toString(), different);
    }
  }
}
