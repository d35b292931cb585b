/** Looks for what is wrong in the auth database and around it, and says what mends it. */
@NullMarked
package io.authserver.admin.doctor;

import org.jspecify.annotations.NullMarked;
