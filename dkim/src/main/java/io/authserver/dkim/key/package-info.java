/**
 * DKIM keys: parsed, made, published as a DNS record, and the crypto provider that signs with them.
 */
@NullMarked
package io.authserver.dkim.key;

import org.jspecify.annotations.NullMarked;
