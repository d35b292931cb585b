/**
 * The relay leg: transactions with a next hop over kept connections, with an outcome for each
 * recipient.
 */
@NullMarked
package io.authserver.smtp.relay;

import org.jspecify.annotations.NullMarked;
