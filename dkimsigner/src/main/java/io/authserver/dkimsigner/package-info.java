/** The signing daemon. */
@NullMarked
package io.authserver.dkimsigner;

import org.jspecify.annotations.NullMarked;
