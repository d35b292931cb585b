package io.authserver.db.admin;

/**
 * How {@code authserver dkim maintain} cares for a domain's keys.
 *
 * @param rotate whether it does so at all
 * @param ageDays how old an active key is when its successor is made
 * @param leadDays how long a successor's record has to be seen in DNS before it signs
 * @param graceDays how long after the end of its last signature a retired key stays; at least 5
 */
public record RotationPolicy(boolean rotate, int ageDays, int leadDays, int graceDays) {
  /** What a domain has unless it says otherwise: as the database's own defaults. */
  public static final RotationPolicy DEFAULT = new RotationPolicy(true, 180, 2, 5);
}
