/**
 * The Sender Rewriting Scheme: reverse-paths of forwarded mail that lead back to us, so that a
 * bounce finds its way and SPF passes. Compatible with Mail::SRS and postsrsd; no I/O, no clock.
 */
@NullMarked
package io.authserver.mailforwarder.srs;

import org.jspecify.annotations.NullMarked;
