package io.authserver.db.admin;

import io.authserver.db.alias.Delimiter;
import io.authserver.db.author.AuthorPolicy;
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
 * @param author what is demanded of who submits mail with an author of its own
 * @param delimiter where an extension of its addresses begins
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
    RotationPolicy rotation,
    AuthorPolicy author,
    Delimiter delimiter) {
  /**
   * What a signature has to outlive: four days in our queue, where OpenSMTPD leaves mail by
   * default, and a day for the receiver's.
   */
  private static final Duration QUEUES = Duration.ofDays(5);

  /** What a domain gets for which nothing is chosen. */
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
          RotationPolicy.DEFAULT,
          AuthorPolicy.OF_NEW_DOMAIN,
          Delimiter.PLUS);

  /** Returns whether signatures that are valid so long may end while mail waits in a queue. */
  public static boolean endsEarly(Duration signatureExpiry) {
    return signatureExpiry.compareTo(QUEUES) < 0;
  }
}
