/**
 * The schema: bootstrap, migrations, routines, the stored-procedure API, and the check at a
 * daemon's start.
 */
@NullMarked
package io.authserver.db.migrate;

import org.jspecify.annotations.NullMarked;
