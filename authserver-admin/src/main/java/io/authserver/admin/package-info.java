/** The {@code authserver} command line. */
@NullMarked
package io.authserver.admin;

import org.jspecify.annotations.NullMarked;
