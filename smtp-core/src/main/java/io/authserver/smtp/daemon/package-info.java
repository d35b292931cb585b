/** What makes a program a daemon: configuration, lifecycle, health, metrics, logging. */
@NullMarked
package io.authserver.smtp.daemon;

import org.jspecify.annotations.NullMarked;
