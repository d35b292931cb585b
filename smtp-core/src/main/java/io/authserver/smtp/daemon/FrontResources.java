package io.authserver.smtp.daemon;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.tls.TlsCertificate;
import java.util.Optional;

/**
 * What all SMTP fronts of a daemon share.
 *
 * @param budget the memory for messages
 * @param certificate the certificate of STARTTLS, where one is configured
 */
public record FrontResources(MemoryBudget budget, Optional<TlsCertificate> certificate) {}
