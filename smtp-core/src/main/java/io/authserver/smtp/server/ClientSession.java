package io.authserver.smtp.server;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who speaks to us.
 *
 * @param id names the session in the log
 * @param clientAddress where the client connects from
 * @param localAddress where it connects to
 * @param clientName what the client said in EHLO or HELO, as it said it (control characters never
 *     occur in it)
 * @param extended whether it said EHLO
 * @param tlsProtocol the TLS version in use, e.g. {@code TLSv1.3}, or null without TLS
 * @param tlsCipher the cipher suite in use, or null without TLS
 */
public record ClientSession(
    String id,
    InetSocketAddress clientAddress,
    InetSocketAddress localAddress,
    String clientName,
    boolean extended,
    @Nullable String tlsProtocol,
    @Nullable String tlsCipher) {}
