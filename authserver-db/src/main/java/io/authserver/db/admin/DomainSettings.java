package io.authserver.db.admin;

import io.authserver.db.signing.SignatureForm;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator chooses for a domain.
 *
 * @param redirectTo where local parts without an alias are looked for, or null
 * @param catchAll the address that gets the mail for local parts without an alias, or null
 * @param transactional whether its submitted mail may take the transactional relay
 * @param sign whether its mail is signed
 * @param requireSignature whether mail that cannot be signed now has to wait
 * @param refuseSeveralAuthors whether mail with several authors is refused
 * @param signByReversePath whether it signs foreign authors' mail with a reverse-path of its own
 * @param signatureExpiry how long a signature is valid; nothing for no end
 * @param form what its signatures cover and say
 * @param rotation how its keys are cared for
 */
public record DomainSettings(
    @Nullable DomainName redirectTo,
    @Nullable Address catchAll,
    boolean transactional,
    boolean sign,
    boolean requireSignature,
    boolean refuseSeveralAuthors,
    boolean signByReversePath,
    Optional<Duration> signatureExpiry,
    SignatureForm form,
    RotationPolicy rotation) {
  /** What a domain has for which nothing is chosen. */
  public static final DomainSettings DEFAULT =
      new DomainSettings(
          null,
          null,
          false,
          true,
          false,
          false,
          false,
          Optional.of(Duration.ofDays(7)),
          SignatureForm.DEFAULT,
          RotationPolicy.DEFAULT);
}
