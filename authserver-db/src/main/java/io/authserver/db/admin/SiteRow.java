package io.authserver.db.admin;

/**
 * What holds for the whole site.
 *
 * @param maxTargets how many addresses one recipient may stand for
 */
public record SiteRow(int maxTargets) {}
