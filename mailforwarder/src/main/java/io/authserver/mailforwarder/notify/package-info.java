/**
 * Delivery status notifications (RFC 3461, 3464, 6522): who is told about a refusal, and the
 * message that says so. No I/O; the fan-out hands them over.
 */
@NullMarked
package io.authserver.mailforwarder.notify;

import org.jspecify.annotations.NullMarked;
