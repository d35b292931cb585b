/** The way to the database: its URL, a bounded pool, and one exception for what goes wrong. */
@NullMarked
package io.authserver.db.pool;

import org.jspecify.annotations.NullMarked;
