/** Who may write in a domain's name: what domains demand, and whether a sender meets it. */
@NullMarked
package io.authserver.db.author;

import org.jspecify.annotations.NullMarked;
