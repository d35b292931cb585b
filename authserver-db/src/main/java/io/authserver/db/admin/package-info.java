/**
 * What an administrator does to the auth database: one class a noun, one transaction a method.
 * Refusals are sentences for a person ({@link io.authserver.db.admin.RefusedException}); the
 * daemons use nothing of this package.
 */
@NullMarked
package io.authserver.db.admin;

import org.jspecify.annotations.NullMarked;
