package io.authserver.db.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mailing list to be created.
 *
 * @param addresses the members
 * @param newMailFrom the reverse-path of what it sends on, or null for the sender's
 * @param owner UUID, identifier or address of the owner, or null
 * @param extensions whether its addresses take extensions
 */
public record NewList(
    String name,
    List<Address> addresses,
    @Nullable Address newMailFrom,
    @Nullable String owner,
    boolean extensions) {}
