/**
 * Which domain signs a message, and with which keys: pure decisions from the header section, the
 * envelope and what the auth database says.
 */
@NullMarked
package io.authserver.dkimsigner.select;

import org.jspecify.annotations.NullMarked;
