/**
 * What every command has: its streams, the terminal, the settings, the options that all share, and
 * the exit codes.
 */
@NullMarked
package io.authserver.admin.cli;

import org.jspecify.annotations.NullMarked;
