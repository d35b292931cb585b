/** DKIM (RFC 6376, RFC 8301, RFC 8463) by bytes: pure, no I/O, no clock. */
@NullMarked
package io.authserver.dkim;

import org.jspecify.annotations.NullMarked;
