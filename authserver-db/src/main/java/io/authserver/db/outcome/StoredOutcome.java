package io.authserver.db.outcome;

import java.time.Duration;

/**
 * What is remembered of a target.
 *
 * @param reply why it was refused; empty for other outcomes
 * @param age the time since it was first stored, by the database's clock
 */
public record StoredOutcome(OutcomeKind kind, String reply, Duration age) {}
