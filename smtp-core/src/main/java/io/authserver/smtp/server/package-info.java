/**
 * The SMTP front: SubEthaSMTP accepts and keeps the session, our command loop speaks, and a daemon
 * supplies a {@link io.authserver.smtp.server.MailTransaction} for each MAIL.
 */
@NullMarked
package io.authserver.smtp.server;

import org.jspecify.annotations.NullMarked;
