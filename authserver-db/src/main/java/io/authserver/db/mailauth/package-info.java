/**
 * The way in from the reference: reads its database ({@code mailauth_...}) in one snapshot and adds
 * what ours lacks, in one transaction. Nothing that is there already is changed.
 */
@NullMarked
package io.authserver.db.mailauth;

import org.jspecify.annotations.NullMarked;
