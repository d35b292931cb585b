/**
 * What the daemons would do with a message, by their own decisions, put into words. Nothing is
 * opened, sent or stored.
 */
@NullMarked
package io.authserver.admin.explain;

import org.jspecify.annotations.NullMarked;
