/** SMTP replies and enhanced status codes, ours and a next hop's (RFC 5321 §4.2, RFC 3463). */
@NullMarked
package io.authserver.smtp.reply;

import org.jspecify.annotations.NullMarked;
