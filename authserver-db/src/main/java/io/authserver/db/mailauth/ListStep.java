package io.authserver.db.mailauth;

import io.authserver.db.admin.Address;
import io.authserver.db.admin.Quoting;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Sql;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
import java.sql.Array;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Carries over mailing lists with their members. */
final class ListStep {
  private final Sql sql;
  private final ImportReport report;
  private final Names names = new Names();
  private final Map<Long, Long> carried = new HashMap<>();

  /**
   * A list to be made.
   *
   * @param members by folded address, as they are written
   * @param twice members that were there before in another case or the same
   */
  private record Planned(
      SourceRow.MailingList row,
      String name,
      Map<String, String> members,
      List<String> twice,
      @Nullable String newMailFrom,
      @Nullable String owner) {}

  private record Present(
      long id,
      String name,
      @Nullable String newMailFrom,
      @Nullable String owner,
      Set<String> members) {}

  ListStep(Sql sql, ImportReport report) {
    this.sql = sql;
    this.report = report;
  }

  /** Returns the keys of the lists that are here now, by their keys in the reference. */
  Map<Long, Long> run(MailauthSource source)
      throws SQLException, RefusedException, AuthDatabaseException {
    try (SourceRows<SourceRow.MailingList> rows = source.lists()) {
      for (List<SourceRow.MailingList> batch = rows.next(); !batch.isEmpty(); batch = rows.next()) {
        carry(batch);
        Batches.requireRoom(carried.size(), Kind.LIST);
      }
    }
    return carried;
  }

  private void carry(List<SourceRow.MailingList> batch) throws SQLException, RefusedException {
    Map<String, String> owners =
        Batches.users(sql, Batches.column(batch, SourceRow.MailingList::owner));
    List<Planned> planned = new ArrayList<>();
    for (SourceRow.MailingList row : batch) {
      Planned plan = plan(row, owners);
      if (plan != null) {
        planned.add(plan);
      }
    }
    Map<String, Present> before = present(planned);
    List<Planned> missing = planned.stream().filter(p -> !before.containsKey(p.name())).toList();
    Batches.insert(sql, missing, this::insert, this::refused).forEach(this::made);
    Map<String, Present> now = present(planned);
    for (Planned plan : planned) {
      Present here = now.get(plan.name());
      if (here != null) {
        carried.put(plan.row().id(), here.id());
        compare(plan, before.get(plan.name()));
      }
    }
  }

  private void refused(Planned plan, String rule) {
    report.add(Reason.RULE, Kind.LIST, plan.name(), "breaks the rule " + rule);
  }

  private @Nullable Planned plan(SourceRow.MailingList row, Map<String, String> owners) {
    String name = names.take(row.name(), row.id());
    if (row.addresses().size() > SourceRow.MAX_MEMBERS) {
      report.add(
          Reason.LIST_SIZE,
          Kind.LIST,
          name,
          "has more than %d members; split it there and import again"
              .formatted(SourceRow.MAX_MEMBERS));
      return null;
    }
    Map<String, String> members = new LinkedHashMap<>();
    List<String> twice = new ArrayList<>();
    for (String text : row.addresses()) {
      try {
        String member = Address.parseForeign(text).toString();
        if (members.putIfAbsent(AsciiCase.lower(member), member) != null) {
          twice.add(member);
        }
      } catch (RefusedException e) {
        report.add(
            Reason.LIST_ADDRESS, Kind.LIST, name, "the member " + String.valueOf(e.getMessage()));
      }
    }
    String owner = row.owner();
    if (owner != null && !owners.containsKey(owner)) {
      report.add(Reason.LIST_OWNER, Kind.LIST, name, "its owner was left out; it has none for now");
      owner = null;
    }
    return new Planned(row, name, members, twice, newMailFrom(row, name), owner);
  }

  private @Nullable String newMailFrom(SourceRow.MailingList row, String name) {
    String text = row.newMailFrom() == null ? "" : row.newMailFrom().strip();
    if (text.isEmpty()) {
      return null;
    }
    if (row.leadsBack()) {
      report.add(
          Reason.LIST_MAILFROM_LEADS_BACK,
          Kind.LIST,
          name,
          "its new_mailfrom is the list itself, so each bounce would go to all members; it has none"
              + " for now");
      return null;
    }
    try {
      return Address.parseForeign(text).toString();
    } catch (RefusedException e) {
      report.add(
          Reason.LIST_MAILFROM,
          Kind.LIST,
          name,
          "its new_mailfrom " + e.getMessage() + "; it has none for now");
      return null;
    }
  }

  private Map<String, Present> present(List<Planned> planned)
      throws SQLException, RefusedException {
    Map<String, Present> present = new HashMap<>();
    sql.list(
            """
            SELECT l.id, l.name, l.new_mailfrom, l.owner_id::text,
              ARRAY(SELECT lower(m.address COLLATE "C") FROM authserver.mailing_list_address m
                WHERE m.list_id = l.id)
            FROM authserver.mailing_list l WHERE l.name = ANY (?::text[])\
            """,
            row ->
                new Present(
                    row.getLong(1),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    texts(row.getArray(5))),
            Batches.column(planned, Planned::name))
        .forEach(list -> present.put(list.name(), list));
    return present;
  }

  private static Set<String> texts(Array array) throws SQLException {
    return new HashSet<>(List.of((String[]) array.getArray()));
  }

  private void insert(List<Planned> rows) throws SQLException, RefusedException {
    Map<String, Long> ids = new HashMap<>();
    sql.list(
            """
            INSERT INTO authserver.mailing_list (name, new_mailfrom, owner_id, null_sender)
            -- Where nobody answers for a list, bounces go on to its members, as in the reference.
            SELECT n.name, n.new_mailfrom, n.owner,
                CASE WHEN n.new_mailfrom IS NULL AND n.owner IS NULL THEN 'members' END
            FROM unnest(?::text[], ?::text[], ?::text[]::uuid[]) AS n (name, new_mailfrom, owner)
            RETURNING name, id\
            """,
            row -> Map.entry(row.getString(1), row.getLong(2)),
            Batches.column(rows, Planned::name),
            Batches.column(rows, Planned::newMailFrom),
            Batches.column(rows, Planned::owner))
        .forEach(list -> ids.put(list.getKey(), list.getValue()));
    for (Planned plan : rows) {
      sql.update(
          """
          INSERT INTO authserver.mailing_list_address (list_id, address)
          SELECT ?, m.address FROM unnest(?::text[]) WITH ORDINALITY AS m (address, position)
          ORDER BY m.position\
          """,
          ids.get(plan.name()),
          new ArrayList<>(plan.members().values()));
    }
  }

  private void made(Planned plan) {
    report.created(Kind.LIST, plan.name());
    if (!plan.name().equals(plan.row().name())) {
      report.add(
          Reason.LIST_RENAMED,
          Kind.LIST,
          plan.name(),
          "is list %d, %s, in the reference"
              .formatted(
                  plan.row().id(),
                  Quoting.quote(plan.row().name() == null ? "" : plan.row().name())));
    }
    for (String member : plan.twice()) {
      report.add(Reason.LIST_TWICE, Kind.LIST, plan.name(), member + " was a member twice");
    }
  }

  private void compare(Planned plan, @Nullable Present before) {
    if (before == null) {
      return;
    }
    List<String> different = new ArrayList<>();
    if (!before.members().equals(plan.members().keySet())) {
      different.add("set of members");
    }
    if (!Objects.equals(before.newMailFrom(), plan.newMailFrom())) {
      different.add("new_mailfrom");
    }
    if (!Objects.equals(before.owner(), plan.owner())) {
      different.add("owner");
    }
    if (different.isEmpty()) {
      report.present(Kind.LIST);
    } else {
      report.differs(Kind.LIST, plan.name(), different);
    }
  }
}
