/** How a password is read and how it is stored. */
@NullMarked
package io.authserver.admin.password;

import org.jspecify.annotations.NullMarked;
