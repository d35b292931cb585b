package io.authserver.db.admin;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A domain to be created; the components are those of {@link DomainRow}.
 *
 * @param postmaster the user or list that gets the aliases postmaster and abuse, or null for none
 */
public record NewDomain(
    DomainName name,
    @Nullable DomainName redirectTo,
    boolean transactional,
    boolean sign,
    boolean requireSignature,
    boolean refuseSeveralAuthors,
    boolean signByReversePath,
    Optional<Duration> signatureExpiry,
    @Nullable String postmaster) {}
