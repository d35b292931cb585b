/**
 * The fan-out: a client's transaction becomes transactions with next hops that advance together,
 * and their outcomes become one reply.
 */
@NullMarked
package io.authserver.mailforwarder.fanout;

import org.jspecify.annotations.NullMarked;
