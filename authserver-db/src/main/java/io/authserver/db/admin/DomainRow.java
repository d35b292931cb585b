package io.authserver.db.admin;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A domain as an administrator sees it.
 *
 * @param name folded A-labels
 * @param redirectTo where local parts without an alias are looked for, or null
 * @param transactional whether its submitted mail may take the transactional relay
 * @param sign whether its mail is signed
 * @param requireSignature whether mail that cannot be signed now has to wait
 * @param refuseSeveralAuthors whether mail with several authors is refused
 * @param signByReversePath whether it signs foreign authors' mail with a reverse-path of its own
 * @param signatureExpiry how long a signature is valid; nothing for no end
 * @param activeKeys how many keys sign
 * @param keys how many keys there are
 * @param aliases how many aliases it has
 */
public record DomainRow(
    long id,
    String name,
    @Nullable String redirectTo,
    boolean transactional,
    boolean sign,
    boolean requireSignature,
    boolean refuseSeveralAuthors,
    boolean signByReversePath,
    Optional<Duration> signatureExpiry,
    int activeKeys,
    int keys,
    int aliases) {}
