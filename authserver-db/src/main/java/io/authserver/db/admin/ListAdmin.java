package io.authserver.db.admin;

import io.authserver.db.alias.NullSender;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Creates, shows, changes and removes mailing lists. A selector is a name or an id. */
public final class ListAdmin {
  private static final String SELECT =
      """
      SELECT l.id, l.name, l.active, l.new_mailfrom, u.identifier, l.null_sender,
        ARRAY(SELECT m.address FROM authserver.mailing_list_address m
          WHERE m.list_id = l.id ORDER BY m.id),
        ARRAY(SELECT a.local_part || '@' || d.name
          FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
          WHERE a.list_id = l.id ORDER BY a.id),
        l.extensions
      FROM authserver.mailing_list l LEFT JOIN authserver.mail_user u ON u.id = l.owner_id
      """;

  private final AdminDatabase database;

  ListAdmin(AdminDatabase database) {
    this.database = database;
  }

  /** Creates a list. */
  public ListRow create(NewList list) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "mailing list " + Quoting.quote(list.name()),
        sql -> {
          Address newMailFrom = list.newMailFrom();
          UUID owner = list.owner() == null ? null : Things.user(sql, list.owner());
          long id =
              sql.one(
                  """
                  INSERT INTO authserver.mailing_list
                      (name, new_mailfrom, owner_id, extensions, null_sender)
                  VALUES (?, ?, ?, ?, ?)
                  RETURNING id\
                  """,
                  row -> row.getLong(1),
                  list.name(),
                  newMailFrom == null ? null : newMailFrom.toString(),
                  owner,
                  list.extensions(),
                  word(list.nullSender()));
          add(sql, id, list.addresses());
          ListRow created = get(sql, id);
          refuseOwnerOfNone(sql, List.of(created));
          return created;
        });
  }

  /** Returns lists by name. */
  public List<ListRow> select(Selection selection) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the list of mailing lists",
        sql -> {
          Where where = new Where();
          if (!selection.names().isEmpty()) {
            where.and(
                "l.id = ANY (?::bigint[])", Naming.resolve(sql, NameOrId.LISTS, selection.names()));
          }
          if (selection.contains() != null) {
            where.and(
                "position(? IN lower(l.name COLLATE \"C\")) > 0",
                AsciiCase.lower(selection.contains()));
          }
          DomainName domain = selection.domain();
          if (domain != null) {
            where.and(
                "EXISTS (SELECT FROM authserver.email_alias a"
                    + " WHERE a.list_id = l.id AND a.domain_id = ?)",
                Things.domain(sql, domain).id());
          }
          if (selection.user() != null) {
            where.and("l.owner_id = ?", Things.user(sql, selection.user()));
          }
          if (selection.state() != null) {
            where.and("l.active = ?", selection.state());
          }
          return sql.list(
              SELECT + where.clause() + "ORDER BY l.name", ListAdmin::map, where.values());
        });
  }

  private static ListRow get(Sql sql, long id) throws SQLException, RefusedException {
    return sql.one(SELECT + "WHERE l.id = ?", ListAdmin::map, id);
  }

  /** Removes lists with their members and the aliases that stand for them, all or none. */
  public void remove(List<ListRow> lists) throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(lists),
        sql -> {
          sql.change(lists, "DELETE FROM authserver.mailing_list WHERE id = ANY (?::bigint[])");
          return lists;
        });
  }

  /** Lets lists take mail, or not, all or none. */
  public void setActive(List<ListRow> lists, boolean active)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(lists),
        sql ->
            sql.change(
                lists,
                "UPDATE authserver.mailing_list SET active = ? WHERE id = ANY (?::bigint[])",
                active));
  }

  /** Changes lists, all or none. */
  public void edit(List<ListRow> lists, ListEdit edit)
      throws RefusedException, AuthDatabaseException {
    String name = edit.name();
    database.transact(
        name == null ? Thing.subject(lists) : "mailing list " + Quoting.quote(name),
        sql -> {
          if (name != null) {
            sql.change(
                lists,
                "UPDATE authserver.mailing_list SET name = ? WHERE id = ANY (?::bigint[])",
                name);
          }
          ListEdit.To<Address> newMailFrom = edit.newMailFrom();
          if (newMailFrom != null) {
            Address address = newMailFrom.value();
            if (address != null) {
              refuseReturnPath(sql, lists, address);
            }
            sql.change(
                lists,
                "UPDATE authserver.mailing_list SET new_mailfrom = ? WHERE id = ANY (?::bigint[])",
                address == null ? null : address.toString());
          }
          ListEdit.To<String> newOwner = edit.owner();
          if (newOwner != null) {
            String owner = newOwner.value();
            sql.change(
                lists,
                "UPDATE authserver.mailing_list SET owner_id = ? WHERE id = ANY (?::bigint[])",
                owner == null ? null : Things.user(sql, owner));
          }
          if (edit.extensions() != null) {
            sql.change(
                lists,
                "UPDATE authserver.mailing_list SET extensions = ? WHERE id = ANY (?::bigint[])",
                edit.extensions());
          }
          ListEdit.To<NullSender> nullSender = edit.nullSender();
          if (nullSender != null) {
            sql.change(
                lists,
                "UPDATE authserver.mailing_list SET null_sender = ? WHERE id = ANY (?::bigint[])",
                word(nullSender.value()));
          }
          refuseOwnerOfNone(sql, lists);
          return lists;
        });
  }

  private static @Nullable String word(@Nullable NullSender nullSender) {
    return nullSender == null ? null : AsciiCase.lower(nullSender.name());
  }

  /** Bounces that go to the owner need one, or a reverse-path of the list's own. */
  private static void refuseOwnerOfNone(Sql sql, List<ListRow> lists)
      throws SQLException, RefusedException {
    Optional<String> name =
        sql.first(
            """
            SELECT l.name FROM authserver.mailing_list l
            WHERE l.null_sender = 'owner' AND l.owner_id IS NULL AND l.new_mailfrom IS NULL
              AND l.id = ANY (?::bigint[])\
            """,
            row -> row.getString(1),
            Thing.keys(lists));
    if (name.isPresent()) {
      throw new RefusedException(
          "mailing list "
              + Quoting.quote(name.get())
              + " has neither an owner nor a new_mailfrom, so its bounces cannot go there");
    }
  }

  /** A list's new_mailfrom must not lead back to the list: each bounce would go to all members. */
  private static void refuseReturnPath(Sql sql, List<ListRow> lists, Address address)
      throws SQLException, RefusedException {
    Optional<String> name =
        sql.first(
            """
            SELECT l.name
            FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
              JOIN authserver.mailing_list l ON l.id = a.list_id
            WHERE d.name = ? AND a.local_part = ? AND a.list_id = ANY (?::bigint[])\
            """,
            row -> row.getString(1),
            address.domain().name(),
            AsciiCase.lower(address.localPart()),
            Thing.keys(lists));
    if (name.isPresent()) {
      throw new RefusedException(
          "alias "
              + AsciiCase.lower(address.toString())
              + " leads to mailing list "
              + Quoting.quote(name.get())
              + ", so it cannot be that list's new_mailfrom");
    }
  }

  /**
   * Adds members; those that the list has already are left as they are.
   *
   * @return how many were new
   */
  public int addAddresses(String selector, List<Address> addresses)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "mailing list " + Quoting.quote(selector),
        sql -> add(sql, Things.list(sql, selector), addresses));
  }

  private static int add(Sql sql, long list, List<Address> addresses) throws SQLException {
    return sql.update(
        """
        INSERT INTO authserver.mailing_list_address (list_id, address)
        SELECT ?, m.address FROM unnest(?::text[]) WITH ORDINALITY AS m (address, position)
        ORDER BY m.position
        ON CONFLICT DO NOTHING\
        """,
        list,
        addresses.stream().map(Address::toString).toList());
  }

  /**
   * Removes members; the case of the local part does not matter.
   *
   * @throws RefusedException where one is no member; then none is removed
   */
  public void removeAddresses(String selector, List<Address> addresses)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        "mailing list " + Quoting.quote(selector),
        sql -> {
          long list = Things.list(sql, selector);
          for (Address address : addresses) {
            int removed =
                sql.update(
                    """
                    DELETE FROM authserver.mailing_list_address
                    WHERE list_id = ? AND lower(address COLLATE "C") = ?\
                    """,
                    list,
                    AsciiCase.lower(address.toString()));
            if (removed == 0) {
              throw new RefusedException(
                  address + " is no member of mailing list " + Quoting.quote(selector));
            }
          }
          return addresses;
        });
  }

  /** Replaces all members. */
  public void setAddresses(String selector, List<Address> addresses)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        "mailing list " + Quoting.quote(selector),
        sql -> {
          long list = Things.list(sql, selector);
          sql.update("DELETE FROM authserver.mailing_list_address WHERE list_id = ?", list);
          return add(sql, list, addresses);
        });
  }

  private static ListRow map(ResultSet row) throws SQLException {
    return new ListRow(
        row.getLong(1),
        row.getString(2),
        row.getBoolean(3),
        row.getString(4),
        row.getString(5),
        row.getBoolean(9),
        row.getString(6),
        UserAdmin.texts(row, 7),
        UserAdmin.texts(row, 8));
  }
}
