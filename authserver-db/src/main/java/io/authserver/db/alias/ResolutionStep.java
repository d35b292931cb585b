package io.authserver.db.alias;

import org.jspecify.annotations.Nullable;

/**
 * One step of the resolution of an address.
 *
 * @param address the address as it was looked at, extension and case kept
 * @param decision what became of it
 * @param domainId the domain of ours, or null
 * @param domain its folded domain, or null where it is no address
 * @param matchedLocalPart the local part of the alias that decided: the whole, or what is before
 *     the extension; null without one
 * @param listId the list that it stands for, or null
 * @param listName that list's name
 * @param newMailfrom the reverse-path that the list gives what it sends on, or null to keep the
 *     sender's
 * @param ownerAddress the primary address of the list's owner, or null
 * @param target the address that a redirect leads to, or null
 * @param blockAction what happens to a blocked alias' mail, or null
 * @param transactional whether the domain's mail may take the transactional relay; false for
 *     members of lists, of which nobody asks it
 */
public record ResolutionStep(
    String address,
    Decision decision,
    @Nullable Long domainId,
    @Nullable String domain,
    @Nullable String matchedLocalPart,
    @Nullable Long listId,
    @Nullable String listName,
    @Nullable String newMailfrom,
    @Nullable String ownerAddress,
    @Nullable String target,
    @Nullable BlockAction blockAction,
    boolean transactional) {}
