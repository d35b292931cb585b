/**
 * The envelope: what MAIL and RCPT say, parsed once at the door and printed once on the way out.
 *
 * <p>Place in the flow: SMTP session -> <b>envelope</b> + message bytes -> decision -> relay.
 */
@NullMarked
package io.authserver.smtp.address;

import org.jspecify.annotations.NullMarked;
