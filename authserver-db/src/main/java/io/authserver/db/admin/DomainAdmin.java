package io.authserver.db.admin;

import io.authserver.db.alias.Delimiter;
import io.authserver.db.author.AuthorPolicy;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.signing.SignatureForm;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Creates, shows, changes and removes domains. */
public final class DomainAdmin {
  private static final String SELECT =
      """
      SELECT d.id, d.name, d.redirect_to, d.can_use_transactional, d.sign, d.require_signature,
        d.refuse_several_authors, d.sign_by_reverse_path, d.signature_expiry_seconds,
        (SELECT count(*) FROM authserver.dkim_key k WHERE k.domain_id = d.id AND k.state = 'active'),
        (SELECT count(*) FROM authserver.dkim_key k WHERE k.domain_id = d.id),
        (SELECT count(*) FROM authserver.email_alias a WHERE a.domain_id = d.id),
        d.header_canonicalization, d.body_canonicalization, d.signed_fields, d.oversigned_fields,
        d.auid, d.rotate_keys, d.key_age_days, d.key_lead_days, d.key_grace_days, d.catch_all,
        d.active, d.author_must_match, d.author_mismatch, d.delimiter
      FROM authserver.domain d
      """;

  private static final Naming NAMING = new DomainNaming();

  private final AdminDatabase database;

  DomainAdmin(AdminDatabase database) {
    this.database = database;
  }

  /**
   * Creates a domain with keys, and with its postmaster's aliases where that is asked for.
   *
   * @return the keys as stored
   */
  public List<KeyRow> create(NewDomain domain, List<NewKey> keys, Occasion occasion)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "domain " + domain.name(),
        sql -> {
          long id = insert(sql, domain);
          Things.Domain created = new Things.Domain(id, domain.name());
          List<KeyRow> stored = new ArrayList<>();
          for (NewKey key : keys) {
            stored.add(KeyAdmin.insert(sql, created, key, occasion));
          }
          if (domain.postmaster() != null) {
            AliasTarget target = Things.userOrList(sql, domain.postmaster());
            // RFC 2142 §5 and §4: the two that every domain with mail must have.
            AliasAdmin.insert(sql, new Address("postmaster", domain.name()), target, null);
            AliasAdmin.insert(sql, new Address("abuse", domain.name()), target, null);
          }
          return stored;
        });
  }

  private static long insert(Sql sql, NewDomain domain) throws SQLException, RefusedException {
    return sql.one(
        """
        INSERT INTO authserver.domain (redirect_to, can_use_transactional, sign, require_signature,
          refuse_several_authors, sign_by_reverse_path, signature_expiry_seconds,
          header_canonicalization, body_canonicalization, signed_fields, oversigned_fields, auid,
          rotate_keys, key_age_days, key_lead_days, key_grace_days, catch_all, author_must_match,
          author_mismatch, delimiter, name)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        RETURNING id\
        """,
        row -> row.getLong(1),
        columns(domain.settings(), domain.name().name()));
  }

  /**
   * Changes what was chosen for domains, for all or for none of them. Signatures that were made so
   * far keep the expiry that they were made with, and so do the keys that they need.
   *
   * @param change makes the new settings of the ones that a domain has
   */
  public void edit(List<DomainName> names, UnaryOperator<DomainSettings> change, Occasion occasion)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        names.size() == 1 ? "domain " + names.get(0) : "one of the domains",
        sql -> {
          for (DomainName name : names) {
            // Held until the end, so that of two changes at once neither undoes the other.
            sql.first(
                "SELECT id FROM authserver.domain WHERE name = ? FOR UPDATE",
                row -> row.getLong(1),
                name.name());
            DomainRow before = get(sql, name);
            KeyAdmin.settleSignatures(sql, before, occasion);
            sql.update(
                """
                UPDATE authserver.domain SET redirect_to = ?, can_use_transactional = ?, sign = ?,
                  require_signature = ?, refuse_several_authors = ?, sign_by_reverse_path = ?,
                  signature_expiry_seconds = ?, header_canonicalization = ?,
                  body_canonicalization = ?, signed_fields = ?, oversigned_fields = ?, auid = ?,
                  rotate_keys = ?, key_age_days = ?, key_lead_days = ?, key_grace_days = ?,
                  catch_all = ?, author_must_match = ?, author_mismatch = ?, delimiter = ?
                WHERE id = ?\
                """,
                columns(change.apply(before.settings()), before.id()));
          }
          return names;
        });
  }

  /** Returns the values of both statements, in their order. */
  private static @Nullable Object[] columns(DomainSettings settings, Object last) {
    DomainName redirectTo = settings.redirectTo();
    Address catchAll = settings.catchAll();
    SignatureForm form = settings.form();
    return new @Nullable Object[] {
      redirectTo == null ? null : redirectTo.name(),
      settings.transactional(),
      settings.sign(),
      settings.requireSignature(),
      settings.refuseSeveralAuthors(),
      settings.signByReversePath(),
      settings.signatureExpiry().map(Duration::toSeconds).orElse(null),
      form.headerCanonicalization(),
      form.bodyCanonicalization(),
      stored(form.signedFields()),
      stored(form.oversignedFields()),
      form.auid(),
      settings.rotation().rotate(),
      settings.rotation().ageDays(),
      settings.rotation().leadDays(),
      settings.rotation().graceDays(),
      catchAll == null ? null : catchAll.toString(),
      settings.author().mustMatchWord(),
      settings.author().mismatchWord(),
      settings.delimiter().word(),
      last
    };
  }

  private static @Nullable String stored(List<String> fieldNames) {
    return fieldNames.isEmpty() ? null : String.join(":", fieldNames);
  }

  /** Returns domains by name. */
  public List<DomainRow> select(Selection selection)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the list of domains",
        sql -> {
          Where where = new Where();
          if (!selection.names().isEmpty()) {
            where.and("d.id = ANY (?::bigint[])", Naming.resolve(sql, NAMING, selection.names()));
          }
          String text = selection.contains();
          if (text != null) {
            where.and("position(? IN d.name) > 0", DomainNaming.part(text));
          }
          if (selection.state() != null) {
            where.and("d.active = ?", selection.state());
          }
          return sql.list(
              SELECT + where.clause() + "ORDER BY d.name", DomainAdmin::map, where.values());
        });
  }

  private static DomainRow get(Sql sql, DomainName name) throws SQLException, RefusedException {
    return sql.first(SELECT + "WHERE d.name = ?", DomainAdmin::map, name.name())
        .orElseThrow(() -> new RefusedException("domain " + name + " does not exist"));
  }

  /** Lets domains take mail and sign, or not, all or none; they are ours either way. */
  public void setActive(List<DomainRow> domains, boolean active)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(domains),
        sql ->
            sql.change(
                domains,
                "UPDATE authserver.domain SET active = ? WHERE id = ANY (?::bigint[])",
                active));
  }

  /**
   * Removes domains with their keys, all or none.
   *
   * @param withAliases whether their aliases go too; otherwise a domain that has some is refused
   * @throws RefusedException also where an alias is a delivery mailbox, and where another domain
   *     has its catch-all there, whose mail would leave the site
   */
  public void remove(List<DomainRow> domains, boolean withAliases)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(domains),
        sql -> {
          for (DomainRow domain : domains) {
            DomainRow now = get(sql, new DomainName(domain.name()));
            if (now.aliases() > 0 && !withAliases) {
              throw hasAliases(now);
            }
          }
          refuseMailboxes(sql, domains);
          for (Leading leading : leadingTo(sql, domains)) {
            if (leading.catchAll()) {
              throw isCatchAll(leading);
            }
          }
          if (withAliases) {
            sql.update(
                "DELETE FROM authserver.email_alias WHERE domain_id = ANY (?::bigint[])",
                Thing.keys(domains));
          }
          sql.change(domains, "DELETE FROM authserver.domain WHERE id = ANY (?::bigint[])");
          return domains;
        });
  }

  /** Returns the refusal of a domain that has aliases. */
  public static RefusedException hasAliases(DomainRow domain) {
    return new RefusedException(
        "domain %s still has %d %s; remove them first, or take them along with --with-aliases"
            .formatted(
                domain.name(), domain.aliases(), domain.aliases() == 1 ? "alias" : "aliases"));
  }

  /** Returns the refusal of a domain with the catch-all of another one. */
  public static RefusedException isCatchAll(Leading leading) {
    return new RefusedException(
        "domain %s sends what is nobody's to %s; give it another catch-all first, or none"
            .formatted(leading.name(), leading.to()));
  }

  private static void refuseMailboxes(Sql sql, List<DomainRow> domains)
      throws SQLException, RefusedException {
    Optional<RefusedException> refusal =
        sql.first(
            """
            SELECT d.name, u.identifier
            FROM authserver.mail_user u
              JOIN authserver.email_alias a ON a.id = u.delivery_mailbox_id
              JOIN authserver.domain d ON d.id = a.domain_id
            WHERE d.id = ANY (?::bigint[]) ORDER BY 1, 2 LIMIT 1\
            """,
            row ->
                new RefusedException(
                    "domain %s has the delivery mailbox of user %s; give that user another one first"
                        .formatted(row.getString(1), Quoting.quote(row.getString(2)))),
            Thing.keys(domains));
    if (refusal.isPresent()) {
      throw refusal.get();
    }
  }

  /**
   * A domain that sends what is nobody's there to another one.
   *
   * @param to the address that gets all of it, or the domain that it is redirected to
   * @param catchAll whether it is an address
   */
  public record Leading(String name, String to, boolean catchAll) {}

  /** Returns the other domains that redirect to one of these, or have their catch-all there. */
  public List<Leading> leadingTo(List<DomainRow> domains)
      throws RefusedException, AuthDatabaseException {
    return database.transact("the list of domains", sql -> leadingTo(sql, domains));
  }

  private static List<Leading> leadingTo(Sql sql, List<DomainRow> domains)
      throws SQLException, RefusedException {
    return sql.list(
        """
        SELECT r.name, coalesce(r.catch_all, r.redirect_to), r.catch_all IS NOT NULL
        FROM authserver.domain r
        WHERE coalesce(r.redirect_to, split_part(r.catch_all, '@', 2)) IN (
            SELECT d.name FROM authserver.domain d WHERE d.id = ANY (?::bigint[]))
          AND r.id <> ALL (?::bigint[])
        ORDER BY 1\
        """,
        row -> new Leading(row.getString(1), row.getString(2), row.getBoolean(3)),
        Thing.keys(domains),
        Thing.keys(domains));
  }

  private static Address stored(String address) {
    int at = address.indexOf('@');
    return new Address(address.substring(0, at), new DomainName(address.substring(at + 1)));
  }

  private static DomainRow map(ResultSet row) throws SQLException {
    long expirySeconds = row.getLong(9);
    Optional<Duration> expiry =
        row.wasNull() ? Optional.empty() : Optional.of(Duration.ofSeconds(expirySeconds));
    String redirectTo = row.getString(3);
    String catchAll = row.getString(22);
    SignatureForm form =
        new SignatureForm(
            row.getString(13),
            row.getString(14),
            SignatureForm.fieldNames(row.getString(15)),
            SignatureForm.fieldNames(row.getString(16)),
            row.getString(17));
    DomainSettings settings =
        new DomainSettings(
            redirectTo == null ? null : new DomainName(redirectTo),
            catchAll == null ? null : stored(catchAll),
            row.getBoolean(4),
            row.getBoolean(5),
            row.getBoolean(6),
            row.getBoolean(7),
            row.getBoolean(8),
            expiry,
            form,
            new RotationPolicy(row.getBoolean(18), row.getInt(19), row.getInt(20), row.getInt(21)),
            AuthorPolicy.of(row.getString(24), row.getString(25)),
            Delimiter.of(row.getString(26)));
    return new DomainRow(
        row.getLong(1),
        row.getString(2),
        row.getBoolean(23),
        settings,
        row.getInt(10),
        row.getInt(11),
        row.getInt(12));
  }
}
