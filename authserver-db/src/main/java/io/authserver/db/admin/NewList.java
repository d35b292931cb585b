package io.authserver.db.admin;

import io.authserver.db.alias.NullSender;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mailing list to be created.
 *
 * @param addresses the members
 * @param newMailFrom the reverse-path of what it sends on, or null for the sender's
 * @param owner UUID, identifier or address of the owner, or null
 * @param extensions whether its addresses take extensions
 * @param nullSender who gets its bounces, or null for what follows from the rest
 */
public record NewList(
    String name,
    List<Address> addresses,
    @Nullable Address newMailFrom,
    @Nullable String owner,
    boolean extensions,
    @Nullable NullSender nullSender) {}
