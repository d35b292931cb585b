/**
 * The signer: what is signed is a {@link io.authserver.dkim.sign.SigningProfile}, all keys sign in
 * one pass over the body.
 */
@NullMarked
package io.authserver.dkim.sign;

import org.jspecify.annotations.NullMarked;
