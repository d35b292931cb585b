/**
 * The verifier (RFC 6376 §6): signature field and key record in, a verdict for each signature out.
 * DNS is the caller's: a {@link io.authserver.dkim.verify.KeyLookup}.
 */
@NullMarked
package io.authserver.dkim.verify;

import org.jspecify.annotations.NullMarked;
