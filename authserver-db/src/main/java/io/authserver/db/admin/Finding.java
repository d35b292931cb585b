package io.authserver.db.admin;

import org.jspecify.annotations.Nullable;

/**
 * Something in the auth database that is not as it should be.
 *
 * @param id which kind: stable, for programs
 * @param object what it is about: a domain, a list, an address, a user
 * @param detail the other half of it, such as the list's member, or null
 */
public record Finding(String id, String object, @Nullable String detail) {}
