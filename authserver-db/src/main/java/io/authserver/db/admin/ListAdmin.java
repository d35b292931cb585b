package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Creates, shows, changes and removes mailing lists. A selector is a name or an id. */
public final class ListAdmin {
  private static final String SELECT =
      """
      SELECT l.id, l.name, l.new_mailfrom, u.identifier,
        ARRAY(SELECT m.address FROM authserver.mailing_list_address m
          WHERE m.list_id = l.id ORDER BY m.id),
        ARRAY(SELECT a.local_part || '@' || d.name
          FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
          WHERE a.list_id = l.id ORDER BY a.id)
      FROM authserver.mailing_list l LEFT JOIN authserver.mail_user u ON u.id = l.owner_id
      """;

  private final AdminDatabase database;

  ListAdmin(AdminDatabase database) {
    this.database = database;
  }

  /** Creates a list. */
  public ListRow create(NewList list) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "mailing list " + Folding.quote(list.name()),
        sql -> {
          Address newMailFrom = list.newMailFrom();
          UUID owner = list.owner() == null ? null : Things.user(sql, list.owner());
          long id =
              sql.one(
                  """
                  INSERT INTO authserver.mailing_list (name, new_mailfrom, owner_id)
                  VALUES (?, ?, ?)
                  RETURNING id\
                  """,
                  row -> row.getLong(1),
                  list.name(),
                  newMailFrom == null ? null : newMailFrom.toString(),
                  owner);
          add(sql, id, list.addresses());
          return get(sql, id);
        });
  }

  /**
   * Returns lists by name.
   *
   * @param contains a text that the name has in it, in any case, or null for all
   */
  public List<ListRow> list(@Nullable String contains)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the list of mailing lists",
        sql ->
            contains == null
                ? sql.list(SELECT + "ORDER BY l.name", ListAdmin::map)
                : sql.list(
                    SELECT + "WHERE position(lower(?) IN lower(l.name)) > 0 ORDER BY l.name",
                    ListAdmin::map,
                    contains));
  }

  /** Returns a list. */
  public ListRow get(String selector) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "mailing list " + Folding.quote(selector), sql -> get(sql, Things.list(sql, selector)));
  }

  private static ListRow get(Sql sql, long id) throws SQLException, RefusedException {
    return sql.one(SELECT + "WHERE l.id = ?", ListAdmin::map, id);
  }

  /** Removes lists with their members and the aliases that stand for them, all or none. */
  public void remove(List<String> selectors) throws RefusedException, AuthDatabaseException {
    database.transact(
        "the mailing list",
        sql -> {
          for (String selector : selectors) {
            sql.update(
                "DELETE FROM authserver.mailing_list WHERE id = ?", Things.list(sql, selector));
          }
          return selectors;
        });
  }

  /**
   * Adds members; those that the list has already are left as they are.
   *
   * @return how many were new
   */
  public int addAddresses(String selector, List<Address> addresses)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "mailing list " + Folding.quote(selector),
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
        "mailing list " + Folding.quote(selector),
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
                    Folding.fold(address.toString()));
            if (removed == 0) {
              throw new RefusedException(
                  address + " is no member of mailing list " + Folding.quote(selector));
            }
          }
          return addresses;
        });
  }

  /** Replaces all members. */
  public void setAddresses(String selector, List<Address> addresses)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        "mailing list " + Folding.quote(selector),
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
        row.getString(3),
        row.getString(4),
        UserAdmin.texts(row, 5),
        UserAdmin.texts(row, 6));
  }
}
