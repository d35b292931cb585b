/**
 * Who wrote a message, as its From fields say: read once for all daemons, so that none takes for
 * the author whom another does not.
 */
@NullMarked
package io.authserver.smtp.author;

import org.jspecify.annotations.NullMarked;
