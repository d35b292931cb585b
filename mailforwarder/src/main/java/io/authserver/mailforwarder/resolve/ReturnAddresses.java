package io.authserver.mailforwarder.resolve;

import io.authserver.mailforwarder.srs.Srs;
import org.jspecify.annotations.Nullable;

/**
 * How return addresses are made and read.
 *
 * @param domain the folded domain of all of them, or null for the domain of each alias
 * @param domainTakesMail whether bounces to that domain come back: it is one of ours
 */
public record ReturnAddresses(Srs srs, @Nullable String domain, boolean domainTakesMail) {
  /** Returns the domain in which one is made. */
  String domainFor(String aliasDomain) {
    // A fault in what bounces need does not stop mail.
    return domain == null || !domainTakesMail ? aliasDomain : domain;
  }
}
