/**
 * Measures what the daemons cost: a null relay between Postfix's load generator and its sink, and
 * what runs it. See README.md of this module.
 */
@NullMarked
package io.authserver.bench;

import org.jspecify.annotations.NullMarked;
