package io.authserver.db.alias;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One step of the resolution of an address.
 *
 * @param input which of the addresses that were asked for, from 1
 * @param step its number within the input, from 1, depth first
 * @param parent the step of the list or redirect that named this address, or null at the top
 * @param depth how many steps lie above
 * @param address the address as it was looked at, extension and case kept
 * @param decision what became of it
 * @param domainId the domain of ours, or null
 * @param domain its folded domain, or null where it is no address
 * @param aliasId the alias that decided, or null
 * @param matchedLocalPart the alias' local part: the whole, or what is before the extension
 * @param userId whose alias it is, or null
 * @param listId the list that it stands for, or null
 * @param listName that list's name
 * @param newMailfrom the reverse-path that the list gives what it sends on, or null to keep the
 *     sender's
 * @param ownerAddress the primary address of the list's owner, or null
 * @param target the address that a redirect leads to, or null
 * @param blockAction what happens to a blocked alias' mail, or null
 * @param transactional whether the domain's mail may take the transactional relay
 */
public record ResolutionStep(
    int input,
    int step,
    @Nullable Integer parent,
    int depth,
    String address,
    Decision decision,
    @Nullable Long domainId,
    @Nullable String domain,
    @Nullable Long aliasId,
    @Nullable String matchedLocalPart,
    @Nullable UUID userId,
    @Nullable Long listId,
    @Nullable String listName,
    @Nullable String newMailfrom,
    @Nullable String ownerAddress,
    @Nullable String target,
    @Nullable BlockAction blockAction,
    boolean transactional) {
  /** The same step as that of another input. */
  public ResolutionStep withInput(int other) {
    return other == input
        ? this
        : new ResolutionStep(
            other,
            step,
            parent,
            depth,
            address,
            decision,
            domainId,
            domain,
            aliasId,
            matchedLocalPart,
            userId,
            listId,
            listName,
            newMailfrom,
            ownerAddress,
            target,
            blockAction,
            transactional);
  }
}
