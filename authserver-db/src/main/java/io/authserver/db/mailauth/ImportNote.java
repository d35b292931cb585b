package io.authserver.db.mailauth;

import org.jspecify.annotations.Nullable;

/**
 * One line of what the import does.
 *
 * @param action what is done
 * @param kind the kind of the thing
 * @param name the thing, as the reference calls it where it is left out, else as we do
 * @param reason why, or null where it is simply made
 * @param sentence why, for a person, without a full stop; empty where it is simply made
 */
public record ImportNote(
    ImportAction action, Kind kind, String name, @Nullable Reason reason, String sentence) {}
