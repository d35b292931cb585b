package io.authserver.db.admin;

import org.jspecify.annotations.Nullable;

/**
 * Which aliases are meant; null means any.
 *
 * @param domain of this domain
 * @param contains with this text in the address
 * @param user of this user (UUID, identifier or address)
 * @param list of this mailing list (name or id)
 * @param blocked blocked ones, or ones that are not
 */
public record AliasFilter(
    @Nullable DomainName domain,
    @Nullable String contains,
    @Nullable String user,
    @Nullable String list,
    @Nullable Boolean blocked) {}
