/** The keys of the origin marks, which mailforwarder makes and dkimsigner proves. */
@NullMarked
package io.authserver.db.mark;

import org.jspecify.annotations.NullMarked;
