/** What dkimsigner asks the auth database: domains, their policies, their wrapped keys. */
@NullMarked
package io.authserver.db.signing;

import org.jspecify.annotations.NullMarked;
