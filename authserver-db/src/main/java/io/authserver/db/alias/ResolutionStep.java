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
 * @param nullSender who gets a list's bounces, or null where nobody has said so
 * @param singleMember whether a list has one member, however many addresses that stands for
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
    boolean transactional,
    @Nullable NullSender nullSender,
    boolean singleMember) {
  /** Makes one of what is no list, or of a list of several about whose bounces nothing is said. */
  public ResolutionStep(
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
      boolean transactional) {
    this(
        address,
        decision,
        domainId,
        domain,
        matchedLocalPart,
        listId,
        listName,
        newMailfrom,
        ownerAddress,
        target,
        blockAction,
        transactional,
        null,
        false);
  }
}
