/** The commands: a class for each noun, a nested class for each verb. */
@NullMarked
package io.authserver.admin.command;

import org.jspecify.annotations.NullMarked;
