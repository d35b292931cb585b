package io.authserver.db.admin;

import java.time.Instant;

/**
 * Something that was done with a DKIM key.
 *
 * @param event {@code created}, {@code imported}, {@code exported}, {@code activated}, {@code
 *     retired}, {@code revoked} or {@code removed}
 * @param forced whether a rule was passed over
 * @param person the operating system's name of who did it
 * @param role the database role that was logged in
 */
public record KeyEvent(
    Instant at,
    String domain,
    String selector,
    String event,
    boolean forced,
    String person,
    String role) {}
