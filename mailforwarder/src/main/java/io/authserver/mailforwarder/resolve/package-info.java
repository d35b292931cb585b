/**
 * What becomes of a recipient: a pure decision from the steps that the database found, the sender
 * and the clock.
 *
 * <p>Place in the flow: envelope -> <b>decision</b> -> fan-out -> relay -> reply.
 */
@NullMarked
package io.authserver.mailforwarder.resolve;

import org.jspecify.annotations.NullMarked;
