/** Rows for people (tables) and for programs (JSON). Pure: it knows nothing of the database. */
@NullMarked
package io.authserver.admin.output;

import org.jspecify.annotations.NullMarked;
