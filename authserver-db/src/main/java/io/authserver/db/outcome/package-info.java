/** What became of the targets of messages that come again: remembered, looked up, forgotten. */
@NullMarked
package io.authserver.db.outcome;

import org.jspecify.annotations.NullMarked;
