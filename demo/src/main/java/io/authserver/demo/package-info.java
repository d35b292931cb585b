/** The one-command demonstration. */
@NullMarked
package io.authserver.demo;

import org.jspecify.annotations.NullMarked;
