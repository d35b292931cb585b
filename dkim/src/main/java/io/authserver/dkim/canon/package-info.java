/**
 * Canonicalisation by bytes (RFC 6376 §3.4): header fields and, block by block, bodies. The signer
 * and the verifier hash what comes out of here.
 */
@NullMarked
package io.authserver.dkim.canon;

import org.jspecify.annotations.NullMarked;
