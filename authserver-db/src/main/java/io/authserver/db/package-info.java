/** The auth database as Java sees it. */
@NullMarked
package io.authserver.db;

import org.jspecify.annotations.NullMarked;
