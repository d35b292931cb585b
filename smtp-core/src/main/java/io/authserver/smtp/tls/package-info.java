/**
 * The certificate of STARTTLS: read from PEM files, read again when they change.
 *
 * <p>Place in the flow: the SMTP front asks for it at each handshake.
 */
@NullMarked
package io.authserver.smtp.tls;

import org.jspecify.annotations.NullMarked;
