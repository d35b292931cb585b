/** Answers that are kept until the database says that they changed. */
@NullMarked
package io.authserver.db.cache;

import org.jspecify.annotations.NullMarked;
