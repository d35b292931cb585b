/** What mailforwarder asks the auth database: the resolution of addresses. */
@NullMarked
package io.authserver.db.alias;

import org.jspecify.annotations.NullMarked;
