/** What holds for the whole site. */
@NullMarked
package io.authserver.db.site;

import org.jspecify.annotations.NullMarked;
