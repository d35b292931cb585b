package io.authserver.db.admin;

import io.authserver.db.alias.RoleAddresses;
import io.authserver.db.migrate.DaemonRole;
import io.authserver.db.pool.AuthDatabaseException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what is wrong in the auth database, with a few statements over whole tables, however
 * many rows they have. Each method returns at most {@code limit} findings of a kind, and one more
 * where there are more.
 */
public final class Examination {
  /** A secret of return addresses that is shorter can be guessed from one of them. */
  public static final int MIN_SECRET_OCTETS = 16;

  private final AdminDatabase database;

  Examination(AdminDatabase database) {
    this.database = database;
  }

  /** A private key as it is stored. */
  public record WrappedKey(String domain, String selector, String state, byte[] wrapped) {
    @Override
    public String toString() {
      return domain + "/" + selector;
    }
  }

  /**
   * Returns lists and members that reach nobody, themselves, or too many.
   *
   * @param maxTargets how many addresses a list may stand for
   */
  public List<Finding> lists(int limit, int maxTargets)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the mailing lists",
        sql ->
            sql.list(
                "SELECT replace(fault, '_', '-'), list_name, address"
                    + " FROM authserver.doctor_lists(?, ?)",
                Examination::finding,
                limit + 1,
                maxTargets));
  }

  /**
   * Returns lists whose stored verdict is not what mailforwarder would decide, and those whose
   * bounces nobody gets although nobody has said so.
   */
  public List<Finding> bounces(int limit) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the mailing lists",
        sql -> {
          List<Finding> found = new ArrayList<>();
          found.addAll(
              sql.list(
                  """
                  SELECT 'list-verdict', v.list_name, v.stored || ' instead of ' || v.judged
                  FROM authserver.doctor_verdicts(?) v\
                  """,
                  Examination::finding,
                  limit + 1));
          found.addAll(
              sql.list(
                  """
                  SELECT 'list-without-owner', l.name, NULL
                  FROM authserver.mailing_list l
                  WHERE l.active AND l.owner_id IS NULL AND l.new_mailfrom IS NULL
                    AND (l.null_sender = 'owner' OR (l.null_sender IS NULL
                      AND (SELECT count(*) FROM (SELECT FROM authserver.mailing_list_address m
                        WHERE m.list_id = l.id LIMIT 2) few) > 1
                      AND EXISTS (SELECT FROM authserver.email_alias a
                        WHERE a.list_id = l.id AND a.blocked IS NULL AND a.local_part <> ALL (?))))
                  ORDER BY l.name LIMIT ?\
                  """,
                  Examination::finding,
                  List.copyOf(RoleAddresses.LOCAL_PARTS),
                  limit + 1));
          return found;
        });
  }

  /**
   * Returns targets that are not addresses. A constraint keeps them out; they are looked for only
   * where it is not there or was never checked, and that is a finding by itself.
   */
  public List<Finding> targets(int limit) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the members of lists",
        sql -> {
          List<Finding> found = new ArrayList<>();
          for (String name :
              List.of("mailing_list_address_valid", "mailing_list_new_mailfrom_valid")) {
            boolean valid =
                sql.one(
                    """
                    SELECT EXISTS (SELECT FROM pg_constraint
                      WHERE conname = ? AND convalidated AND contype = 'c'
                        AND connamespace = 'authserver'::regnamespace)\
                    """,
                    row -> row.getBoolean(1),
                    name);
            if (!valid) {
              found.add(new Finding("constraint-missing", name, null));
            }
          }
          if (!found.isEmpty()) {
            found.addAll(
                sql.list(
                    """
                    SELECT 'target-not-an-address', l.name, t.address
                    FROM (SELECT m.list_id, m.address FROM authserver.mailing_list_address m
                          UNION ALL
                          SELECT l.id, l.new_mailfrom FROM authserver.mailing_list l
                          WHERE l.new_mailfrom IS NOT NULL) t
                    JOIN authserver.mailing_list l ON l.id = t.list_id
                    WHERE (authserver.split_address(t.address)).domain IS NULL
                    ORDER BY l.name, t.address LIMIT ?\
                    """,
                    Examination::finding,
                    limit + 1));
          }
          return found;
        });
  }

  /** Returns aliases whose mail is refused because of their user or list. */
  public List<Finding> users(int limit) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the users",
        sql -> {
          List<Finding> found = new ArrayList<>();
          found.addAll(
              sql.list(
                  """
                  SELECT 'alias-of-disabled-user', a.local_part || '@' || d.name, u.identifier
                  FROM authserver.mail_user u
                  JOIN authserver.email_alias a ON a.user_id = u.id AND a.blocked IS NULL
                  JOIN authserver.domain d ON d.id = a.domain_id AND d.active
                  WHERE NOT u.active
                  ORDER BY d.name, a.local_part LIMIT ?\
                  """,
                  Examination::finding,
                  limit + 1));
          found.addAll(
              sql.list(
                  """
                  SELECT 'alias-of-inactive-list', a.local_part || '@' || d.name, l.name
                  FROM authserver.mailing_list l
                  JOIN authserver.email_alias a ON a.list_id = l.id AND a.blocked IS NULL
                  JOIN authserver.domain d ON d.id = a.domain_id AND d.active
                  WHERE NOT l.active
                  ORDER BY d.name, a.local_part LIMIT ?\
                  """,
                  Examination::finding,
                  limit + 1));
          found.addAll(
              sql.list(
                  """
                  SELECT f.fault, f.identifier, f.address
                  FROM (
                    SELECT k.fault, u.identifier, b.local_part || '@' || d.name AS address,
                      row_number() OVER (PARTITION BY k.fault ORDER BY u.identifier) AS place
                    FROM authserver.mail_user u
                    LEFT JOIN authserver.email_alias b ON b.id = u.delivery_mailbox_id
                    LEFT JOIN authserver.domain d ON d.id = b.domain_id
                    CROSS JOIN LATERAL (
                      SELECT CASE WHEN b.id IS NULL THEN 'user-without-mailbox'
                        WHEN b.blocked IS NOT NULL THEN 'mailbox-blocked'
                        WHEN NOT d.active THEN 'mailbox-in-inactive-domain' END AS fault) k
                    WHERE u.active AND k.fault IS NOT NULL
                      -- Where all are blocked or deactivated, somebody wants it so.
                      AND EXISTS (SELECT FROM authserver.email_alias a
                        JOIN authserver.domain ad ON ad.id = a.domain_id AND ad.active
                        WHERE a.user_id = u.id AND a.blocked IS NULL)) f
                  WHERE f.place <= ?
                  ORDER BY f.identifier\
                  """,
                  Examination::finding,
                  limit + 1));
          found.addAll(
              sql.list(
                  """
                  SELECT 'mailbox-with-slash', u.identifier, b.local_part || '@' || d.name
                  FROM authserver.mail_user u
                  JOIN authserver.email_alias b ON b.id = u.delivery_mailbox_id
                  JOIN authserver.domain d ON d.id = b.domain_id
                  WHERE u.active AND b.local_part LIKE '%/%'
                  ORDER BY u.identifier LIMIT ?\
                  """,
                  Examination::finding, limit + 1));
          return found;
        });
  }

  /** Returns domains that lack what a domain must have. */
  public List<Finding> domains(int limit) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the domains",
        sql -> {
          List<Finding> found = new ArrayList<>();
          // RFC 5321 §4.5.1: every domain takes mail for postmaster.
          found.addAll(
              sql.list(
                  """
                  SELECT 'domain-without-postmaster', d.name, NULL
                  FROM authserver.domain d
                  WHERE d.active AND d.redirect_to IS NULL AND d.catch_all IS NULL AND NOT EXISTS (
                    SELECT FROM authserver.email_alias a
                    LEFT JOIN authserver.mail_user u ON u.id = a.user_id
                    WHERE a.domain_id = d.id AND a.local_part = 'postmaster' AND a.blocked IS NULL
                      AND (a.list_id IS NOT NULL OR u.active))
                  ORDER BY d.name LIMIT ?\
                  """,
                  Examination::finding,
                  limit + 1));
          found.addAll(
              sql.list(
                  """
                  WITH RECURSIVE walk AS (
                    SELECT d.name AS start, d.redirect_to AS at, 1 AS depth
                    FROM authserver.domain d WHERE d.active AND d.redirect_to IS NOT NULL
                    UNION
                    SELECT w.start, d.redirect_to, w.depth + 1
                    FROM walk w JOIN authserver.domain d ON d.name = w.at
                    WHERE d.active AND d.redirect_to IS NOT NULL AND w.at <> w.start AND w.depth <= 10)
                  SELECT 'redirect-circle', w.start, min(w.at) FROM walk w
                  WHERE w.at = w.start OR w.depth > 10
                  GROUP BY w.start ORDER BY w.start LIMIT ?\
                  """,
                  Examination::finding,
                  limit + 1));
          found.addAll(
              sql.list(
                  """
                  SELECT 'redirect-to-inactive-domain', d.name, d.redirect_to
                  FROM authserver.domain d JOIN authserver.domain t ON t.name = d.redirect_to
                  WHERE d.active AND NOT t.active
                  ORDER BY d.name LIMIT ?\
                  """,
                  Examination::finding,
                  limit + 1));
          found.addAll(
              sql.list(
                  """
                  SELECT 'catch-all-nobody', d.name, d.catch_all
                  FROM authserver.domain d, authserver.forwarder_route(ARRAY[d.catch_all]) l
                  WHERE d.active AND d.catch_all IS NOT NULL AND l.step = 1
                    AND (l.decision IN ('unknown', 'blocked', 'inactive', 'invalid')
                    OR (l.decision = 'redirect' AND l.target = d.catch_all))
                  ORDER BY d.name LIMIT ?\
                  """,
                  Examination::finding,
                  limit + 1));
          found.addAll(
              sql.list(
                  """
                  SELECT 'author-unchecked', d.name, NULL
                  FROM authserver.domain d
                  WHERE d.active AND d.sign AND d.author_must_match = 'off'
                  ORDER BY d.name LIMIT ?\
                  """,
                  Examination::finding,
                  limit + 1));
          // The closest parent with keys signs too, as dkimsigner's selection has it.
          found.addAll(
              sql.list(
                  """
                  SELECT 'domain-cannot-sign', d.name, NULL
                  FROM authserver.domain d
                  WHERE d.active AND d.require_signature
                    AND NOT EXISTS (SELECT FROM authserver.dkim_key k
                      WHERE k.domain_id = d.id AND k.state = 'active')
                    AND NOT EXISTS (
                      SELECT FROM generate_series(1, length(d.name)) i
                      JOIN authserver.domain p ON p.name = substr(d.name, i + 1) AND p.sign AND p.active
                      JOIN authserver.dkim_key k ON k.domain_id = p.id AND k.state = 'active'
                      WHERE substr(d.name, i, 1) = '.')
                  ORDER BY d.name LIMIT ?\
                  """,
                  Examination::finding,
                  limit + 1));
          return found;
        });
  }

  /**
   * Returns what is wrong with return addresses.
   *
   * @param srsDomain the folded domain of all of them, or null for that of each alias
   */
  public List<Finding> returnAddresses(@Nullable String srsDomain, int limit)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the return addresses",
        sql -> {
          List<Finding> found = new ArrayList<>();
          found.addAll(
              sql.list(
                  """
                  SELECT 'srs-secret-short', s.id::text, s.octets::text
                  FROM authserver.srs_secrets() s
                  WHERE s.octets < ? AND s.state <> 'retired'
                  ORDER BY s.id LIMIT ?\
                  """,
                  Examination::finding,
                  MIN_SECRET_OCTETS,
                  limit + 1));
          found.addAll(
              sql.list(
                  """
                  SELECT 'srs-no-secret', 'authserver.srs_secret', NULL
                  WHERE NOT EXISTS (SELECT FROM authserver.srs_secrets())
                  UNION ALL
                  SELECT 'srs-unchecked-by-edge', f.form, NULL
                  FROM authserver.srs_site(NULL) f
                  WHERE (f.form = 'mailsrs' OR f.since > now() - interval '22 days')
                    AND NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pgcrypto')\
                  """,
                  Examination::finding));
          if (srsDomain != null) {
            found.addAll(
                sql.list(
                    """
                    SELECT 'srs-domain-unknown', ?, NULL
                    FROM authserver.srs_site(?) f WHERE NOT f.domain_active\
                    """,
                    Examination::finding,
                    srsDomain,
                    srsDomain));
          }
          return found;
        });
  }

  /** Returns private keys that sign or will, in slices that end with an empty one. */
  public List<WrappedKey> wrappedKeys(String afterDomain, String afterSelector, int count)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the keys",
        sql ->
            sql.list(
                """
                SELECT d.name, k.selector, k.state, k.wrapped_private_key
                FROM authserver.dkim_key k JOIN authserver.domain d ON d.id = k.domain_id
                WHERE k.state IN ('published', 'active') AND k.wrapped_private_key IS NOT NULL
                  AND (d.name, k.selector) > (?, ?)
                ORDER BY d.name, k.selector LIMIT ?\
                """,
                row ->
                    new WrappedKey(
                        row.getString(1), row.getString(2), row.getString(3), row.getBytes(4)),
                afterDomain,
                afterSelector,
                count));
  }

  /**
   * Returns rights that the daemons' roles lack, and rights on tables that they should not have
   * (ADR 0005).
   */
  public List<Finding> rights() throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the roles",
        sql -> {
          List<Finding> found = new ArrayList<>();
          for (DaemonRole role : DaemonRole.values()) {
            boolean usage =
                sql.one(
                    "SELECT has_schema_privilege(?, 'authserver', 'USAGE')",
                    row -> row.getBoolean(1),
                    role.group());
            if (!usage) {
              found.add(new Finding("right-missing", role.group(), "USAGE on schema authserver"));
            }
            found.addAll(
                sql.list(
                    """
                    SELECT 'right-missing', ?, 'EXECUTE on ' || r.name
                    FROM unnest(?) WITH ORDINALITY r (name, place)
                    WHERE NOT coalesce(
                      has_function_privilege(?, to_regprocedure(r.name), 'EXECUTE'), false)
                    ORDER BY r.place\
                    """,
                    Examination::finding,
                    role.group(),
                    role.routines(),
                    role.group()));
          }
          found.addAll(
              sql.list(
                  """
                  SELECT 'right-missing', 'authserver_api', 'EXECUTE on ' || p.oid::regprocedure
                  FROM pg_proc p
                  WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'authserver\\_%'
                    AND NOT has_function_privilege('authserver_api', p.oid, 'EXECUTE')
                  ORDER BY 3\
                  """,
                  Examination::finding));
          found.addAll(
              sql.list(
                  """
                  SELECT 'right-too-many', r.rolname, 'a right on table authserver.' || c.relname
                  FROM pg_class c, pg_roles r
                  WHERE c.relnamespace = 'authserver'::regnamespace AND c.relkind IN ('r', 'v')
                    AND r.rolname IN ('authserver_signer', 'authserver_forwarder', 'authserver_api')
                    AND has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
                  ORDER BY r.rolname, c.relname\
                  """,
                  Examination::finding));
          found.addAll(
              sql.list(
                  """
                  SELECT 'right-too-many', 'PUBLIC', 'EXECUTE on ' || p.oid::regprocedure
                  FROM pg_proc p
                  WHERE (p.pronamespace = 'authserver'::regnamespace
                      OR (p.pronamespace = 'public'::regnamespace
                        AND p.proname LIKE 'authserver\\_%'))
                    AND has_function_privilege('public', p.oid, 'EXECUTE')
                  UNION ALL
                  SELECT 'right-too-many', 'PUBLIC', 'CREATE on schema public'
                  WHERE has_schema_privilege('public', 'public', 'CREATE')
                  UNION ALL
                  SELECT 'right-too-many', o.rolname, 'owner of ' || p.oid::regprocedure
                  FROM pg_proc p JOIN pg_roles o ON o.oid = p.proowner
                  WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'authserver\\_%'
                    AND o.rolname <> 'authserver_owner'
                  ORDER BY 3\
                  """,
                  Examination::finding));
          return found;
        });
  }

  private static Finding finding(ResultSet row) throws SQLException {
    return new Finding(row.getString(1), row.getString(2), row.getString(3));
  }
}
