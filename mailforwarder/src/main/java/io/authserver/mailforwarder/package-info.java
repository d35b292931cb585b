/** The forwarding daemon. */
@NullMarked
package io.authserver.mailforwarder;

import org.jspecify.annotations.NullMarked;
