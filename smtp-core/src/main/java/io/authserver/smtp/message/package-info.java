/**
 * The message as bytes: stored within a budget, its header fields located, never parsed and written
 * out again.
 */
@NullMarked
package io.authserver.smtp.message;

import org.jspecify.annotations.NullMarked;
