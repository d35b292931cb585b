/**
 * The rotation of DKIM keys: decides what is next in the life of a domain's keys. Pure: it is told
 * what is in the database, what is in DNS, and what time it is.
 */
@NullMarked
package io.authserver.admin.rotation;

import org.jspecify.annotations.NullMarked;
