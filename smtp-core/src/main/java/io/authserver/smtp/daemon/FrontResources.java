package io.authserver.smtp.daemon;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.tls.TlsCertificate;
import java.util.Optional;

/**
 * What all SMTP fronts of a daemon share.
 *
 * @param budget the memory for the content of messages, which goes on in the spool
 * @param working the memory for what cannot be spooled: header sections, expansions of recipients,
 *     notifications; 452 4.3.1 beyond
 * @param spoolQuota the disk for what goes on in the spool; 452 4.3.1 beyond
 * @param certificate the certificate of STARTTLS, where one is configured
 */
public record FrontResources(
    MemoryBudget budget,
    MemoryBudget working,
    MemoryBudget spoolQuota,
    Optional<TlsCertificate> certificate) {}
