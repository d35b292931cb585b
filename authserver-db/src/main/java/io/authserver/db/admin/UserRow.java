package io.authserver.db.admin;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A user without the password hash.
 *
 * @param identifier the folded name of the account
 * @param hasPassword whether there is a password that lets somebody in
 * @param deliveryMailbox the primary address, or null
 * @param aliases all addresses
 */
public record UserRow(
    UUID id,
    String identifier,
    String fullName,
    boolean active,
    boolean staff,
    boolean hasPassword,
    @Nullable String deliveryMailbox,
    List<String> aliases) {}
