package io.authserver.db.admin;

import org.jspecify.annotations.Nullable;

/**
 * A domain to be created.
 *
 * @param postmaster the user or list that gets the aliases postmaster and abuse, or null for none
 */
public record NewDomain(DomainName name, DomainSettings settings, @Nullable String postmaster) {}
